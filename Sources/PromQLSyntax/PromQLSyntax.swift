// PromQLSyntax
