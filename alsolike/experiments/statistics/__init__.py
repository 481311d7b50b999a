"""What an experiment found, from one row per shopper; no database is asked.

`analyse.analyse` is the way in. `results` and `table` import neither pyarrow nor SciPy, so that the
site can show what was analysed elsewhere.
"""
