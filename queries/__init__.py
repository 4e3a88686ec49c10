"""SQL, one question a file. (An `__init__` keeps the folder in editable installs.)"""
