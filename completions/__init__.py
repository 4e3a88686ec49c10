"""Generated completion scripts. (An `__init__` keeps the folder in editable installs.)"""
