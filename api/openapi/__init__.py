"""The description of the API: OpenAPI, with an example of everything."""
