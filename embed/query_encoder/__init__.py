"""Make the light copy of an encoder that the site turns queries into vectors with.

`export` writes the encoder as an ONNX graph with 8-bit weights, which onnxruntime runs without
torch in a quarter of the memory; `quality` measures how near its vectors are to the encoder's own;
`make` keeps it in the database if they are near enough.
"""
