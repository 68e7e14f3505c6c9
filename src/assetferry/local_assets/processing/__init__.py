"""From stored chunks to objects, beside the API (section 12).

Pass one writes objects chunk by chunk, pass two resolves references once all objects are
there, a third step looks after objects that did not come. Whatever a batch did and how far
it got is one transaction, so a killed server goes on where it stood.
"""
