"""The command line `reviews`: main.py lists its commands.

Those of a subject are in SUBJECT_command.py or SUBJECT_commands.py, and what they print is made in
SUBJECT_views.py, of the tables of tables.py. answers.py makes a function that returns its result a
command, error_reports.py prints the errors, and output.py has the console and the notes beside it.
"""
