// PromQLEngine
