package io.sparkoptimizer.core.table;

import io.sparkoptimizer.SettingsException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.DoublePredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads a mapping out of flat settings, as a YAML file has it with its keys joined by dots: {@code
 * mapping.job.column}, {@code mapping.parameters[0]}, {@code mapping.filter.machine_type}. Every fault
 * is told at once. Not thread-safe.
 */
final class MappingSettings {
  static final String PREFIX = "mapping.";

  private static final Pattern ELEMENT = Pattern.compile("(.+)\\[([0-9]{1,5})]");

  /** What a parameter's name may not hold on a command line. */
  private static final Pattern NO_NAME = Pattern.compile("[^\\p{L}\\p{N}_.-]+");

  /** Keys of figures, and what else they may be called. */
  private static final Map<String, List<String>> FIGURES = Map.ofEntries(
      Map.entry(TableMapping.DURATION_MS, List.of()),
      Map.entry(TableMapping.INSTANCES, List.of("executors")),
      Map.entry(TableMapping.TOTAL_CORES, List.of()),
      Map.entry(TableMapping.CORES_PER_INSTANCE, List.of("executor_cores")),
      Map.entry(TableMapping.TOTAL_MEMORY_MB, List.of()),
      Map.entry(TableMapping.MEMORY_MB_PER_INSTANCE, List.of("executor_memory_mb")),
      Map.entry(TableMapping.INPUT_BYTES, List.of()),
      Map.entry(TableMapping.PRICE_PER_INSTANCE_HOUR, List.of()),
      Map.entry(TableMapping.COST, List.of()),
      Map.entry(TableMapping.PRICE_PER_CORE_HOUR, List.of()),
      Map.entry(TableMapping.PRICE_PER_GB_HOUR, List.of()));

  private static final Set<String> WORDS = Set.of(
      TableMapping.JOB, TableMapping.INSTANCE_TYPE, TableMapping.SIZE, TableMapping.JOB_CLASS);

  private static final Set<String> PRICES = Set.of(
      TableMapping.PRICE_PER_INSTANCE_HOUR,
      TableMapping.COST,
      TableMapping.PRICE_PER_CORE_HOUR,
      TableMapping.PRICE_PER_GB_HOUR);

  private final Map<String, String> left = new TreeMap<>();
  private final List<String> faults = new ArrayList<>();
  private final Map<String, Source> sources = new TreeMap<>();

  private MappingSettings(Map<String, String> settings) {
    settings.forEach((key, value) -> {
      if (key.startsWith(PREFIX)) {
        left.put(key.substring(PREFIX.length()), value);
      }
    });
  }

  /** @throws SettingsException with every fault */
  static TableMapping read(Map<String, String> settings) {
    return new MappingSettings(settings).read();
  }

  private TableMapping read() {
    if (left.isEmpty()) {
      throw new SettingsException(
          List.of("mapping is missing; expected what the columns mean, as mapping.job.column"));
    }
    Character separator = separator();
    boolean fileName = fileName();
    WORDS.stream().sorted().forEach(this::word);
    new TreeMap<>(FIGURES).forEach((key, names) -> {
      figure(key, key);
      names.forEach(name -> figure(key, name));
    });
    Failed failed = failed();
    Map<String, String> parameters = parameters();
    Map<String, List<Condition>> filter = filter();
    boolean median = median();
    together(fileName);
    if (!left.isEmpty()) {
      faults.add(PREFIX + String.join(", ", left.keySet())
          + (left.size() == 1 ? " is no key" : " are no keys")
          + " of a mapping; known are separator, filter, aggregate, parameters, failed with column and"
          + " values, job with column, value and file_name, and with column, value, scale and missing "
          + String.join(", ", sourceNames()));
    }
    if (!faults.isEmpty()) {
      throw new SettingsException(faults);
    }
    return new TableMapping(
        separator, sources, fileName, failed.column, failed.values, parameters, filter, median);
  }

  private record Failed(@Nullable String column, List<String> values) {}

  private static Set<String> sourceNames() {
    Set<String> names = new TreeSet<>(FIGURES.keySet());
    FIGURES.values().forEach(names::addAll);
    names.addAll(WORDS);
    names.remove(TableMapping.JOB);
    return names;
  }

  private void fault(String key, String value, String wanted) {
    faults.add(PREFIX + key + " is \"" + value + "\"; expected " + wanted);
  }

  private @Nullable String take(String key) {
    return left.remove(key);
  }

  /** A list by index, or a single value. */
  private List<String> list(String key) {
    String single = take(key);
    if (single != null) {
      return List.of(single);
    }
    TreeMap<Integer, String> elements = new TreeMap<>();
    for (String one : List.copyOf(left.keySet())) {
      Matcher element = ELEMENT.matcher(one);
      if (element.matches() && element.group(1).equals(key)) {
        elements.put(Integer.valueOf(element.group(2)), String.valueOf(take(one)));
      }
    }
    return List.copyOf(elements.values());
  }

  private @Nullable Character separator() {
    String text = take("separator");
    if (text == null) {
      return null;
    }
    String one = text.equals("\\t") || text.equals("tab") ? "\t" : text;
    if (one.length() != 1
        || Character.isLetterOrDigit(one.charAt(0))
        || "\"\r\n.-+".contains(one)) {
      fault("separator", text, "one character between cells, as \"\\t\", \",\" or \";\"");
      return null;
    }
    return one.charAt(0);
  }

  private boolean fileName() {
    String text = take("job.file_name");
    if (text != null && !text.equals("true") && !text.equals("false")) {
      fault("job.file_name", text, "true or false");
    }
    return "true".equals(text);
  }

  private void word(String key) {
    String plain = take(key);
    if (plain != null) {
      fault(key, plain, "{column: NAME} or {value: WORD}");
    }
    source(key, take(key + ".column"), take(key + ".value"), 1, list(key + ".missing"));
  }

  private void figure(String key, String name) {
    String plain = take(name);
    String column = take(name + ".column");
    String value = plain == null ? take(name + ".value") : plain;
    List<String> missing = list(name + ".missing");
    double scale = number(name + ".scale", take(name + ".scale"), x -> x > 0, "a number above 0");
    if (value != null) {
      number(
          name,
          value,
          x -> x > 0 || (x == 0 && PRICES.contains(key)),
          "{column: NAME}, or a number above 0 that holds for all rows");
    }
    if (sources.containsKey(key) && (column != null || value != null)) {
      fault(
          name,
          column == null ? value + "" : column,
          "one of " + name + " and " + key + ": both say the same");
      return;
    }
    source(name, column, value, scale, missing);
    Source made = name.equals(key) ? null : sources.remove(name);
    if (made != null) {
      sources.put(key, made);
    }
  }

  private void source(
      String key,
      @Nullable String column,
      @Nullable String value,
      double scale,
      List<String> missing) {
    if (column != null && value != null) {
      fault(key, value, "either a column or a value; the column is \"" + column + "\"");
    } else if (column != null || value != null) {
      if ((column == null ? value + "" : column).isBlank()) {
        fault(key, "", "the name of a column, or a value");
      }
      sources.put(key, new Source(column, value, scale, missing));
    } else if (!missing.isEmpty() || scale != 1) {
      faults.add(PREFIX + key + ".column is missing; expected the name of a column");
    }
  }

  private double number(String key, @Nullable String text, DoublePredicate fits, String wanted) {
    if (text == null) {
      return 1;
    }
    OptionalDouble number = Numbers.of(text);
    if (number.isPresent() && fits.test(number.getAsDouble())) {
      return number.getAsDouble();
    }
    fault(key, text, wanted);
    return 1;
  }

  private Failed failed() {
    String column = take("failed.column");
    List<String> values = list("failed.values");
    if (column == null && !values.isEmpty()) {
      faults.add(
          PREFIX + "failed.column is missing; expected the column that tells which run failed");
    } else if (column != null && values.isEmpty()) {
      faults.add(PREFIX + "failed.values is missing; expected the cells of \"" + column
          + "\" that say that a run failed, as [\"false\"]");
    }
    return new Failed(column, values);
  }

  private Map<String, String> parameters() {
    Map<String, String> parameters = new TreeMap<>();
    for (String column : list("parameters")) {
      String name = NO_NAME.matcher(column.strip()).replaceAll("_");
      String other = parameters.put(name, column);
      if (column.isBlank()) {
        fault("parameters", column, "names of columns");
      } else if (other != null) {
        fault("parameters", column, "columns of different names; there is \"" + other + "\" too");
      }
    }
    if (parameters.containsKey(TableMapping.SIZE) && sources.containsKey(TableMapping.SIZE)) {
      fault(
          "parameters", TableMapping.SIZE, "it under the key size, or under parameters: not both");
    }
    return parameters;
  }

  private Map<String, List<Condition>> filter() {
    String prefix = "filter.";
    TreeSet<String> columns = new TreeSet<>();
    for (String key : left.keySet()) {
      if (key.startsWith(prefix)) {
        Matcher element = ELEMENT.matcher(key);
        columns.add((element.matches() ? element.group(1) : key).substring(prefix.length()));
      }
    }
    Map<String, List<Condition>> filter = new TreeMap<>();
    for (String column : columns) {
      List<Condition> conditions = new ArrayList<>();
      for (String text : list(prefix + column)) {
        Optional<Condition> condition = Condition.of(text);
        if (condition.isPresent()) {
          conditions.add(condition.get());
        } else {
          fault(
              prefix + column,
              text,
              "a value, or one of < <= > >= and a number, or != and a value");
        }
      }
      filter.put(column, together(prefix + column, conditions));
    }
    return filter;
  }

  /** Of several values one has to be there; of several comparisons all have to hold. */
  private List<Condition> together(String key, List<Condition> conditions) {
    List<String> values = conditions.stream()
        .filter(condition -> condition.operator() == Condition.Operator.EQUAL)
        .flatMap(condition -> condition.values().stream())
        .toList();
    if (values.isEmpty()) {
      return conditions;
    }
    if (values.size() < conditions.size()) {
      fault(key, values.get(0), "a list of values, or one of comparisons: not both");
    }
    return List.of(Condition.anyOf(values));
  }

  private boolean median() {
    String text = take("aggregate");
    if (text != null && !text.equals("median")) {
      fault("aggregate", text, "median");
    }
    return "median".equals(text);
  }

  /** Keys that are fine alone and wrong together, or missing. */
  private void together(boolean fileName) {
    if (fileName && sources.containsKey(TableMapping.JOB)) {
      fault("job.file_name", "true", "one of job.column, job.value and job.file_name");
    }
    if (!fileName) {
      require(TableMapping.JOB, "{column: NAME}, {value: WORD} or {file_name: true}");
    }
    require(TableMapping.DURATION_MS, "the column of the time a run took");
    require(TableMapping.INSTANCES, "the column of the number of nodes or executors");
    exclusive(TableMapping.TOTAL_CORES, TableMapping.CORES_PER_INSTANCE);
    exclusive(TableMapping.TOTAL_MEMORY_MB, TableMapping.MEMORY_MB_PER_INSTANCE);
    exclusive(TableMapping.PRICE_PER_INSTANCE_HOUR, TableMapping.COST);
    exclusive(TableMapping.PRICE_PER_INSTANCE_HOUR, TableMapping.PRICE_PER_CORE_HOUR);
    exclusive(TableMapping.COST, TableMapping.PRICE_PER_CORE_HOUR);
    boolean perCore = sources.containsKey(TableMapping.PRICE_PER_CORE_HOUR);
    boolean perGb = sources.containsKey(TableMapping.PRICE_PER_GB_HOUR);
    if (perCore != perGb) {
      faults.add(
          PREFIX + (perCore ? TableMapping.PRICE_PER_GB_HOUR : TableMapping.PRICE_PER_CORE_HOUR)
              + " is missing; expected both prices, of a core and of a GB");
    }
    if (perCore
        && perGb
        && !(has(TableMapping.TOTAL_CORES, TableMapping.CORES_PER_INSTANCE)
            && has(TableMapping.TOTAL_MEMORY_MB, TableMapping.MEMORY_MB_PER_INSTANCE))) {
      faults.add(
          PREFIX + "price_per_core_hour and price_per_gb_hour are of no use without cores and"
              + " memory; expected cores_per_instance or total_cores, and memory_mb_per_instance or"
              + " total_memory_mb");
    }
  }

  private boolean has(String one, String other) {
    return sources.containsKey(one) || sources.containsKey(other);
  }

  private void require(String key, String wanted) {
    if (!sources.containsKey(key)
        && faults.stream()
            .noneMatch(told ->
                told.startsWith(PREFIX + key + " ") || told.startsWith(PREFIX + key + "."))) {
      faults.add(PREFIX + key + " is missing; expected " + wanted);
    }
  }

  private void exclusive(String one, String other) {
    if (sources.containsKey(one) && sources.containsKey(other)) {
      faults.add(PREFIX + one + " and " + other + " exclude each other; expected one of them");
    }
  }
}
