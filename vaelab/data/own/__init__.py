"""Own data: files that a person gives become a data set like any other, in two steps.

    from vaelab.data.own.planning import plan
    from vaelab.data.own.storing import store

    planned = plan(Path("pictures.zip"))     # all that will be done, to be read first: planned.sentences()
    stored = store(planned, "My pictures")   # stored.own.name is what a recipe calls it

Nothing in the files is believed: formats are few and named, sizes are compared before anything is allocated, archives
are never unpacked to a folder, nothing is unpickled. Memory stays small whatever the number of examples: one is made at
a time, and what is stored is mapped from the disk.
"""
