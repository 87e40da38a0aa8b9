-- A conversation is a tree of messages. Versions of a message are siblings: they have the same
-- parent. Of siblings one is chosen; the chosen ones from the root down are the active path.

CREATE TABLE conversation (
    id INTEGER PRIMARY KEY,
    title TEXT NOT NULL DEFAULT '',
    route TEXT NOT NULL DEFAULT '',
    created REAL NOT NULL,
    updated REAL NOT NULL,
    pinned INTEGER NOT NULL DEFAULT 0,
    unread INTEGER NOT NULL DEFAULT 0,
    deleted REAL
);

CREATE INDEX conversation_by_time ON conversation (updated) WHERE deleted IS NULL;

CREATE TABLE message (
    id INTEGER PRIMARY KEY,
    conversation_id INTEGER NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
    parent INTEGER REFERENCES message (id) ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,
    role TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    chosen INTEGER NOT NULL DEFAULT 1,
    active INTEGER NOT NULL DEFAULT 1,
    state TEXT NOT NULL DEFAULT 'complete',
    session TEXT NOT NULL DEFAULT '',
    created REAL NOT NULL,
    text TEXT NOT NULL DEFAULT '',
    reasoning TEXT NOT NULL DEFAULT '',
    segments TEXT NOT NULL DEFAULT '[]',
    seams TEXT NOT NULL DEFAULT '[]',
    standin TEXT NOT NULL DEFAULT 'null',
    meta TEXT NOT NULL DEFAULT '{}',
    failure TEXT NOT NULL DEFAULT 'null'
);

-- Any page of the active path costs as much as the page, however long the conversation is.
CREATE UNIQUE INDEX message_on_path ON message (conversation_id, ordinal) WHERE active = 1;
CREATE INDEX message_siblings ON message (conversation_id, parent);
CREATE INDEX message_parent ON message (parent);
CREATE INDEX message_streaming ON message (session) WHERE state = 'streaming';

-- What an answer that is being written said so far; joined into its message when it ends.
CREATE TABLE journal (
    id INTEGER PRIMARY KEY,
    message_id INTEGER NOT NULL REFERENCES message (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    data TEXT NOT NULL
);

CREATE INDEX journal_of_message ON journal (message_id, id);
