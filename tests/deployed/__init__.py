"""A machine as docs/growing.md makes it, out of exactly the files in deploy/, inside namespaces of its own.

``tests/test_deploy.py`` starts ``day.py`` there: the ports, paths, names and modes are the real ones, and nothing of
the machine that runs the tests is touched.
"""
