"""Takes over keys, addresses and orders that people have in files of other programs.

``dotenv`` and ``seed_yaml`` read text into values, ``plan`` says what importing them would do, and
``carrying_out`` does it. Only ``files`` and ``carrying_out`` touch anything outside.
"""
