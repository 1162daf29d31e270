-- What the garbage collectors did, of which Java, runs without a log, and trained models.

alter table applications add column java_version clob;

alter table executors add column minor_gc_count bigint;
alter table executors add column minor_gc_time_ms bigint;
alter table executors add column major_gc_count bigint;
alter table executors add column major_gc_time_ms bigint;
alter table executors add column concurrent_gc_count bigint;
alter table executors add column concurrent_gc_time_ms bigint;

-- Runs that only a table tells of, and what it says that they cost.

alter table applications add column from_table boolean default false not null;
alter table applications add column recorded_cost double;

-- Trained models: every version of every name. The identity is the name's digest.
create table models (
  identity char(64) not null,
  version int not null,
  name clob not null,
  document clob not null,
  content blob not null,
  constraint models_pk primary key (identity, version)
);
