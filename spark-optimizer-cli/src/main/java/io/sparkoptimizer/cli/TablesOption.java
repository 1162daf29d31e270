package io.sparkoptimizer.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.sparkoptimizer.CollectionReport;
import io.sparkoptimizer.CollectionRequest;
import io.sparkoptimizer.Optimizer;
import io.sparkoptimizer.SettingsException;
import io.sparkoptimizer.SkippedInput;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Stack;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IParameterConsumer;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** History that is in tables: {@code --runs FILE... --mapping FILE}, once or several times. */
final class TablesOption {
  private static final String COLLECTOR = "run-table";
  private static final String PREFIX = "mapping.";

  @Option(
      names = "--runs",
      arity = "1..*",
      paramLabel = "FILE",
      parameterConsumer = Group.class,
      description =
          "Tables of runs, CSV or TSV with a header line. May be given several times, each"
              + " with its --mapping.")
  List<List<Path>> runs = new ArrayList<>();

  @Option(
      names = "--mapping",
      paramLabel = "FILE",
      description = "What the columns of these tables mean: YAML, see docs/tables.md.")
  List<Path> mappings = new ArrayList<>();

  @Spec(Spec.Target.MIXEE)
  @Nullable
  CommandSpec spec;

  /** Keeps the files of one option apart from those of the next, which picocli does not. */
  static final class Group implements IParameterConsumer {
    @Override
    public void consumeParameters(Stack<String> words, ArgSpec option, CommandSpec command) {
      List<Path> files = new ArrayList<>();
      while (!words.isEmpty() && !isOption(words.peek())) {
        files.add(Path.of(words.pop()));
      }
      if (files.isEmpty()) {
        throw new ParameterException(
            command.commandLine(),
            "Missing required parameter for option '"
                + (option instanceof OptionSpec named ? named.longestName() : option.paramLabel())
                + "' (FILE)");
      }
      List<List<Path>> groups = new ArrayList<>(option.<List<List<Path>>>getValue());
      groups.add(files);
      option.setValue(groups);
    }

    private static boolean isOption(String word) {
      return word.length() > 1 && word.startsWith("-");
    }
  }

  boolean isGiven() {
    return !runs.isEmpty() || !mappings.isEmpty();
  }

  /** The files, as they were given. */
  String files() {
    return runs.stream()
        .flatMap(List::stream)
        .map(Path::toString)
        .collect(Collectors.joining(", "));
  }

  /**
   * What to collect of each pair.
   *
   * @throws SettingsException with every fault of every mapping file that cannot be read
   */
  List<CollectionRequest> requests(String sourceName, int batchSize) {
    if (runs.size() != mappings.size()) {
      throw new ParameterException(
          Objects.requireNonNull(spec).commandLine(),
          "each --runs needs a --mapping of its own: " + runs.size() + " and " + mappings.size()
              + " are given");
    }
    List<String> faults = new ArrayList<>();
    List<CollectionRequest> requests = new ArrayList<>();
    for (int pair = 0; pair < runs.size(); pair++) {
      Path mapping = mappings.get(pair);
      Map<String, String> settings = new TreeMap<>();
      String example = "job: {column: NAME}";
      int before = faults.size();
      JsonNode root = YamlFile.read(mapping, "--mapping " + mapping, example, faults, true);
      if (root != null) {
        flatten(PREFIX, root, settings);
      } else if (faults.size() == before) {
        faults.add("--mapping " + mapping + ": is empty; expected keys and values, as " + example);
      }
      List<Path> files = runs.get(pair);
      for (int i = 0; i < files.size(); i++) {
        settings.put("file[" + i + "]", files.get(i).toString());
      }
      requests.add(new CollectionRequest(COLLECTOR, settings, sourceName, batchSize));
    }
    if (!faults.isEmpty()) {
      throw new SettingsException(faults);
    }
    return requests;
  }

  /** {@code job.column}, {@code parameters[0]}, {@code filter.machine_type}. */
  private static void flatten(String prefix, JsonNode node, Map<String, String> settings) {
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      String key = prefix + field.getKey();
      JsonNode value = field.getValue();
      if (value.isObject()) {
        flatten(key + ".", value, settings);
      } else if (value.isArray()) {
        for (int i = 0; i < value.size(); i++) {
          JsonNode element = value.get(i);
          settings.put(
              key + "[" + i + "]", element.isValueNode() ? element.asText() : element + "");
        }
      } else {
        settings.put(key, value.isNull() ? "" : value.asText());
      }
    }
  }

  /**
   * Collects the tables, one pair after another.
   *
   * @throws SettingsException if a mapping is wrong, or names a column that a table does not have
   */
  CollectionReport collect(Session session, Optimizer optimizer, List<CollectionRequest> requests) {
    CollectionReport all =
        new CollectionReport(0, 0, 0, 0, 0, List.of(), CollectionReport.Reading.NOTHING);
    for (int i = 0; i < requests.size(); i++) {
      try {
        all = sum(all, CollectCommand.collect(session, optimizer, requests.get(i), "rows"));
      } catch (SettingsException wrong) {
        String mapping = mappings.get(i) + ": ";
        throw new SettingsException(wrong.faults().stream()
            .map(fault ->
                mapping + (fault.startsWith(PREFIX) ? fault.substring(PREFIX.length()) : fault))
            .toList());
      }
    }
    return all;
  }

  private static CollectionReport sum(CollectionReport one, CollectionReport other) {
    List<SkippedInput> skipped = new ArrayList<>(one.skipped());
    skipped.addAll(other.skipped());
    return new CollectionReport(
        one.processed() + other.processed(),
        one.added() + other.added(),
        one.updated() + other.updated(),
        one.unchanged() + other.unchanged(),
        one.filtered() + other.filtered(),
        skipped,
        new CollectionReport.Reading(
            one.reading().inputs() + other.reading().inputs(),
            one.reading().bytes() + other.reading().bytes(),
            one.reading().durationMs() + other.reading().durationMs()));
  }
}
