"""The route as an OpenAI-compatible endpoint on this computer, for any client that speaks that.

It needs the extra ``serve`` (starlette and uvicorn), which nothing outside this package imports.
"""
