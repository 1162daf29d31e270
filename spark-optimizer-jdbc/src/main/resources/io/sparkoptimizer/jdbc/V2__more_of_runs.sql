-- What a run tells beyond the first schema, and why an input held no run.

alter table applications add column largest_broadcast_bytes bigint;
alter table applications add column driver_cores int;
alter table applications add column driver_memory_mb bigint;
alter table applications add column external_input_bytes bigint;
alter table applications add column cached_input_bytes bigint;

alter table stages add column cached_input_bytes bigint;
alter table stages add column peak_jvm_heap_bytes bigint;
alter table stages add column peak_jvm_off_heap_bytes bigint;
alter table stages add column peak_on_heap_execution_bytes bigint;
alter table stages add column peak_on_heap_storage_bytes bigint;
alter table stages add column peak_on_heap_unified_bytes bigint;
alter table stages add column peak_off_heap_execution_bytes bigint;
alter table stages add column peak_off_heap_storage_bytes bigint;
alter table stages add column peak_direct_pool_bytes bigint;
alter table stages add column peak_mapped_pool_bytes bigint;
alter table stages add column peak_process_tree_jvm_rss_bytes bigint;
alter table stages add column peak_process_tree_python_rss_bytes bigint;
alter table stages add column task_run_time_ms blob;
alter table stages add column task_failed_duration_ms blob;
alter table stages add column task_killed_duration_ms blob;
alter table stages add column timed_tasks bigint default 0 not null;
alter table stages add column mean_bytes double default 0 not null;
alter table stages add column mean_task_ms double default 0 not null;
alter table stages add column bytes_deviation double default 0 not null;
alter table stages add column task_ms_deviation double default 0 not null;
alter table stages add column codeviation double default 0 not null;

alter table inputs add column skipped clob;

-- As near as the first schema tells: with repeated reads and those of caches.
update applications set external_input_bytes = input_bytes;
