"""Forms, their values and questions, and what may not be written in them."""
