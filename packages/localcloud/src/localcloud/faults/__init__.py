"""Faults on demand: what AWS does on its bad days, to calls that a user chooses.

`fault` says what there is, `registry` which calls are hit, `calls` what a request asks for, and
`answers` what AWS says then. `localcloud.ministack.faults` puts them around the services.
"""
