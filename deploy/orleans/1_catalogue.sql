-- What the grain engines keep, in a schema of its own: analysts read all of the other. The files of this folder are
-- applied in the order of their names by ./metagrains migrate, and again whenever one has changed.
create schema if not exists engine;

-- The statements that Orleans' AdoNet providers send, by key. They read this relation once, when they start, and know
-- nothing else of the database. They find it by the search path of their connection.

create table if not exists engine.orleansquery
(
  querykey  text not null primary key,
  querytext text not null
);
