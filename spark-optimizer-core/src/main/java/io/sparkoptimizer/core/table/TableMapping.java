package io.sparkoptimizer.core.table;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What the columns of a table mean. See docs/tables.md for the keys.
 *
 * @param separator between cells; null: a tab in files that end in {@code .tsv} or {@code .tab}, a comma
 *     in others
 * @param sources by key; where a key has other names, by the first of them
 * @param jobIsFileName the job is the file's name, without its ending
 * @param failedColumn null where no run failed
 * @param failedValues cells of that column that say that the run failed
 * @param parameters columns that describe the work, by the names of the parameters
 * @param filter by column; rows count that meet all conditions of all columns
 * @param median rows that differ in their duration alone are one run of the median duration
 */
record TableMapping(
    @Nullable Character separator,
    Map<String, Source> sources,
    boolean jobIsFileName,
    @Nullable String failedColumn,
    List<String> failedValues,
    Map<String, String> parameters,
    Map<String, List<Condition>> filter,
    boolean median) {
  static final String JOB = "job";
  static final String DURATION_MS = "duration_ms";
  static final String INSTANCES = "instances";
  static final String TOTAL_CORES = "total_cores";
  static final String CORES_PER_INSTANCE = "cores_per_instance";
  static final String TOTAL_MEMORY_MB = "total_memory_mb";
  static final String MEMORY_MB_PER_INSTANCE = "memory_mb_per_instance";
  static final String INPUT_BYTES = "input_bytes";
  static final String INSTANCE_TYPE = "instance_type";
  static final String PRICE_PER_INSTANCE_HOUR = "price_per_instance_hour";
  static final String COST = "cost";
  static final String PRICE_PER_CORE_HOUR = "price_per_core_hour";
  static final String PRICE_PER_GB_HOUR = "price_per_gb_hour";
  static final String SIZE = "size";
  static final String JOB_CLASS = "job_class";

  TableMapping {
    sources = Map.copyOf(sources);
    failedValues = List.copyOf(failedValues);
    parameters = Map.copyOf(parameters);
    filter = Map.copyOf(filter);
  }

  Optional<Source> source(String key) {
    return Optional.ofNullable(sources.get(key));
  }

  char separator(Path file) {
    if (separator != null) {
      return separator;
    }
    String name = file.toString().toLowerCase(Locale.ROOT);
    return name.endsWith(".tsv") || name.endsWith(".tab") ? '\t' : ',';
  }

  /** What names columns, by what it is said under. */
  Map<String, List<String>> columns() {
    Map<String, List<String>> columns = new TreeMap<>();
    sources.forEach((key, source) -> {
      if (source.column() != null) {
        columns.put(key + ".column", List.of(source.column()));
      }
    });
    if (failedColumn != null) {
      columns.put("failed.column", List.of(failedColumn));
    }
    columns.put("parameters", List.copyOf(new TreeSet<>(parameters.values())));
    columns.put("filter", List.copyOf(new TreeSet<>(filter.keySet())));
    return columns;
  }

  /** Another text for a mapping that says something else. */
  String canonical() {
    List<String> parts = new ArrayList<>();
    parts.add(String.valueOf(separator));
    parts.add(new TreeMap<>(sources).toString());
    parts.add(jobIsFileName + " " + failedColumn + " " + failedValues);
    parts.add(new TreeMap<>(parameters).toString());
    parts.add(new TreeMap<>(filter).toString());
    parts.add(String.valueOf(median));
    return String.join("\n", parts);
  }
}
