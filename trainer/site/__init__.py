"""The page as a folder of static files, in which the model runs in the visitor's browser. It needs no server."""
