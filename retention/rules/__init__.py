"""How long a record stays, as pure rules: values in, a decision and its sentence out."""
