package io.sparkoptimizer.core.table;

import io.sparkoptimizer.core.eventlog.Redaction;
import io.sparkoptimizer.spark.SparkSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Makes of the cells of a row what is known of a run. */
final class RowReader {
  private static final double MS_PER_HOUR = 3_600_000.0;
  private static final double MB_PER_GB = 1024;

  /** Whole numbers up to here are exact in a cell and in a double. */
  private static final double MOST = 1L << 53;

  /** Characters of a cell in a message. */
  private static final int SHOWN = 40;

  private final TableMapping mapping;
  private final Path file;
  private final Map<String, Integer> places = new HashMap<>();
  private final int width;

  private RowReader(TableMapping mapping, Path file, List<String> header) {
    this.mapping = mapping;
    this.file = file;
    this.width = header.size();
    for (int i = 0; i < width; i++) {
      places.put(header.get(i).strip(), i);
    }
  }

  /**
   * Reads rows under this header.
   *
   * @param faults takes what is wrong with the header
   */
  static RowReader of(TableMapping mapping, Path file, List<String> header, List<String> faults) {
    List<String> names = header.stream().map(String::strip).toList();
    List<String> none = new ArrayList<>();
    List<String> several = new ArrayList<>();
    mapping.columns().forEach((key, columns) -> {
      for (String column : columns) {
        long found = names.stream().filter(column.strip()::equals).count();
        if (found != 1) {
          (found == 0 ? none : several).add(shown(column) + " (" + key + ")");
        }
      }
    });
    if (!none.isEmpty()) {
      faults.add(file + " has no column " + String.join(", ", none) + "; expected one of "
          + shownAll(names));
    }
    if (!several.isEmpty()) {
      faults.add(file + " has several columns " + String.join(", ", several) + " among "
          + shownAll(names) + "; expected one");
    }
    return new RowReader(mapping, file, names);
  }

  static String column(String name) {
    return "column " + shown(name);
  }

  static String shown(String text) {
    return "\"" + (text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…") + "\"";
  }

  private static String shownAll(List<String> names) {
    String all = String.join(", ", names);
    return all.length() <= 50 * SHOWN ? all : all.substring(0, 50 * SHOWN) + "…";
  }

  int width() {
    return width;
  }

  /**
   * What a row tells.
   *
   * @return empty where the filter leaves it out
   * @throws BadRowException if it tells of no run
   */
  Optional<TableRun> read(List<String> cells) throws BadRowException {
    if (cells.size() < width
        || cells.subList(width, cells.size()).stream().anyMatch(more -> !more.isBlank())) {
      throw new BadRowException("it has " + cells.size() + " cells; the header has " + width);
    }
    for (Map.Entry<String, List<Condition>> filter : mapping.filter().entrySet()) {
      String column = filter.getKey();
      for (Condition condition : filter.getValue()) {
        if (!condition.holds(column, cell(cells, column))) {
          return Optional.empty();
        }
      }
    }
    String failedColumn = mapping.failedColumn();
    boolean failed = failedColumn != null
        && mapping.failedValues().stream()
            .anyMatch(value -> Numbers.same(value, cell(cells, failedColumn)));
    OptionalLong durationMs = whole(cells, TableMapping.DURATION_MS);
    if (durationMs.isEmpty() && !failed) {
      throw absent(TableMapping.DURATION_MS, "the time that it took");
    }
    OptionalLong instances = whole(cells, TableMapping.INSTANCES);
    if (instances.isEmpty()) {
      throw absent(TableMapping.INSTANCES, "a whole number, 1 or more");
    }
    int count = count(TableMapping.INSTANCES, instances.getAsLong());
    OptionalInt cores = cores(cells, count);
    OptionalLong memoryMb = memoryMb(cells, count);
    OptionalDouble cost = number(cells, TableMapping.COST);
    TableRun.Work work = new TableRun.Work(
        job(cells),
        failed,
        count,
        cores,
        memoryMb,
        whole(cells, TableMapping.INPUT_BYTES),
        word(cells, TableMapping.INSTANCE_TYPE),
        price(cells, cores, memoryMb),
        word(cells, TableMapping.JOB_CLASS),
        parameters(cells));
    return Optional.of(new TableRun(work, durationMs, cost));
  }

  private String cell(List<String> cells, String column) {
    Integer place = places.get(column.strip());
    return place == null ? "" : cells.get(place).strip();
  }

  /** What is in the source's place; empty where nothing is known. */
  private Optional<String> text(List<String> cells, String key) {
    return mapping.source(key).flatMap(source -> {
      String text = source.column() == null ? source.value() + "" : cell(cells, source.column());
      return source.isMissing(text) ? Optional.empty() : Optional.of(text.strip());
    });
  }

  private @Nullable String word(List<String> cells, String key) {
    return text(cells, key).orElse(null);
  }

  private String job(List<String> cells) throws BadRowException {
    if (mapping.jobIsFileName()) {
      String name = file.getFileName() + "";
      int ending = name.lastIndexOf('.');
      return ending > 0 ? name.substring(0, ending) : name;
    }
    Optional<String> job = text(cells, TableMapping.JOB);
    if (job.isEmpty()) {
      throw absent(TableMapping.JOB, "the name of a job");
    }
    return job.get();
  }

  private Map<String, String> parameters(List<String> cells) {
    Map<String, String> parameters = new TreeMap<>();
    mapping.parameters().forEach((name, column) -> {
      String value = cell(cells, column);
      if (!value.isEmpty()) {
        parameters.put(name, value);
      }
    });
    text(cells, TableMapping.SIZE).ifPresent(size -> parameters.put(TableMapping.SIZE, size));
    parameters.replaceAll(
        (name, value) -> Redaction.property(SparkSettings.PARAMETER_PREFIX + name, value));
    return parameters;
  }

  private OptionalInt cores(List<String> cells, int instances) throws BadRowException {
    OptionalLong each = whole(cells, TableMapping.CORES_PER_INSTANCE);
    OptionalLong all = whole(cells, TableMapping.TOTAL_CORES);
    if (each.isPresent()) {
      return OptionalInt.of(count(TableMapping.CORES_PER_INSTANCE, each.getAsLong()));
    }
    return all.isEmpty()
        ? OptionalInt.empty()
        : OptionalInt.of(count(TableMapping.TOTAL_CORES, share(all.getAsLong(), instances)));
  }

  private OptionalLong memoryMb(List<String> cells, int instances) throws BadRowException {
    OptionalLong all = whole(cells, TableMapping.TOTAL_MEMORY_MB);
    return all.isPresent()
        ? OptionalLong.of(share(all.getAsLong(), instances))
        : whole(cells, TableMapping.MEMORY_MB_PER_INSTANCE);
  }

  private static long share(long all, int instances) {
    return Math.max(1, Math.round((double) all / instances));
  }

  private OptionalDouble price(List<String> cells, OptionalInt cores, OptionalLong memoryMb)
      throws BadRowException {
    OptionalDouble ofInstance = number(cells, TableMapping.PRICE_PER_INSTANCE_HOUR);
    if (ofInstance.isPresent()) {
      return ofInstance;
    }
    OptionalDouble ofCore = number(cells, TableMapping.PRICE_PER_CORE_HOUR);
    OptionalDouble ofGb = number(cells, TableMapping.PRICE_PER_GB_HOUR);
    return ofCore.isPresent() && ofGb.isPresent() && cores.isPresent() && memoryMb.isPresent()
        ? OptionalDouble.of(ofCore.getAsDouble() * cores.getAsInt()
            + ofGb.getAsDouble() * memoryMb.getAsLong() / MB_PER_GB)
        : OptionalDouble.empty();
  }

  /** The price of an instance that makes up this cost of a run. */
  static OptionalDouble price(double cost, int instances, OptionalLong durationMs) {
    double price = cost / instances / durationMs.orElse(0) * MS_PER_HOUR;
    return Double.isFinite(price) ? OptionalDouble.of(price) : OptionalDouble.empty();
  }

  /** A whole number of 1 or more; what is less than that and more than 0 is 1. */
  private OptionalLong whole(List<String> cells, String key) throws BadRowException {
    OptionalDouble number = number(cells, key);
    if (number.isEmpty()) {
      return OptionalLong.empty();
    }
    if (!(number.getAsDouble() > 0)) {
      throw wrong(cells, key, "a number above 0, or the cell among " + key + ".missing");
    }
    if (number.getAsDouble() > MOST) {
      throw wrong(cells, key, "a number up to " + (long) MOST);
    }
    return OptionalLong.of(Math.max(1, Math.round(number.getAsDouble())));
  }

  private OptionalDouble number(List<String> cells, String key) throws BadRowException {
    Optional<String> text = text(cells, key);
    if (text.isEmpty()) {
      return OptionalDouble.empty();
    }
    OptionalDouble number = Numbers.of(text.get());
    double scaled = number.orElse(0) * mapping.source(key).map(Source::scale).orElse(1.0);
    if (number.isEmpty() || !Double.isFinite(scaled)) {
      throw wrong(cells, key, "a number");
    }
    if (scaled < 0) {
      throw wrong(
          cells, key, "a number that is not negative, or the cell among " + key + ".missing");
    }
    return OptionalDouble.of(scaled);
  }

  private static int count(String key, long number) throws BadRowException {
    if (number > Integer.MAX_VALUE) {
      throw new BadRowException(key + " is " + number + "; expected at most " + Integer.MAX_VALUE);
    }
    return (int) number;
  }

  private BadRowException wrong(List<String> cells, String key, String wanted) {
    String column = mapping.source(key).map(Source::column).orElse(null);
    return new BadRowException((column == null ? key : column(column)) + " is "
        + shown(text(cells, key).orElse("")) + "; expected " + wanted);
  }

  private BadRowException absent(String key, String wanted) {
    List<String> names = new ArrayList<>();
    mapping.source(key).ifPresent(source -> names.add(source.column() + ""));
    return new BadRowException(
        column(names.isEmpty() ? key : names.get(0)) + " is empty; expected " + wanted);
  }
}
