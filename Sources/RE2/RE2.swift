// RE2
