-- What the garbage collectors did, and of which Java.

alter table applications add column java_version clob;

alter table executors add column minor_gc_count bigint;
alter table executors add column minor_gc_time_ms bigint;
alter table executors add column major_gc_count bigint;
alter table executors add column major_gc_time_ms bigint;
alter table executors add column concurrent_gc_count bigint;
alter table executors add column concurrent_gc_time_ms bigint;
