"""The HTTP surface: parameters in, structs or templates out."""
