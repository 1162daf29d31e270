package io.sparkoptimizer.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.sparkoptimizer.OptimizerSettings;
import io.sparkoptimizer.SettingsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The settings in force: defaults, then a YAML file, then the environment, then arguments; the later
 * one wins. A default is not in the map: whoever reads a key knows its default.
 *
 * @param values dotted keys and their values, the log level left out
 * @param logLevel what the logger shows
 */
record Configuration(Map<String, String> values, String logLevel) {
  static final Set<String> LEVELS =
      Set.of("trace", "debug", "info", "warn", "warning", "error", "off");
  static final String PREFIX = "SPARK_OPTIMIZER_";

  private static final String LOG_LEVEL = "log.level";
  private static final Set<String> NOT_SETTINGS = Set.of(PREFIX + "CONFIG", PREFIX + "HOME");
  /** Set by Kubernetes in every pod beside a service of our name. */
  private static final Pattern KUBERNETES =
      Pattern.compile(PREFIX + "(SERVICE_(HOST|PORT)(_.*)?|PORT(_.*)?)");

  /** Cloud keys that the environment can set, as their underscores do not tell where the dots are. */
  private static final List<String> CLOUD = List.of(
      "cloud.aws.region",
      "cloud.aws.emr_cluster_id",
      "cloud.databricks.workspace_url",
      "cloud.databricks.token");

  Configuration {
    values = Map.copyOf(values);
  }

  /**
   * Reads all layers.
   *
   * @param file what {@code --config} names; null where it does not
   * @param arguments dotted keys from the command line
   * @throws SettingsException with every fault of every layer
   */
  static Configuration load(
      @Nullable Path file,
      Map<String, String> environment,
      Path workingDirectory,
      Path home,
      Map<String, String> arguments) {
    Layers layers = new Layers();
    layers.file(file, environment, workingDirectory, home);
    layers.environment(environment);
    arguments.forEach((key, value) ->
        layers.put(key, value, key.equals("database.url") ? "--db-url" : "the command line"));
    return layers.check();
  }

  /** A value and where it came from. */
  private record Given(String value, String origin) {}

  /** Gathers values and faults. */
  private static final class Layers {
    private final Map<String, Given> given = new TreeMap<>();
    private final List<String> faults = new ArrayList<>();

    void put(String key, String value, String origin) {
      given.put(key, new Given(value, origin));
    }

    void file(
        @Nullable Path named, Map<String, String> environment, Path workingDirectory, Path home) {
      String variable = environment.getOrDefault(PREFIX + "CONFIG", "");
      if (named != null) {
        read(named, "--config");
      } else if (!variable.isBlank()) {
        read(Path.of(variable), PREFIX + "CONFIG");
      } else {
        for (Path usual : List.of(
            workingDirectory.resolve("spark-optimizer.yaml"),
            home.resolve(".spark-optimizer").resolve("config.yaml"))) {
          if (Files.exists(usual)) {
            read(usual, null);
            break;
          }
        }
      }
    }

    private void read(Path file, @Nullable String namedBy) {
      String where = namedBy == null ? file.toString() : namedBy + " " + file;
      JsonNode root = YamlFile.read(file, where, "database: {url: ...}", faults, false);
      if (root != null) {
        flatten("", root, file.toString());
      }
    }

    private void flatten(String prefix, JsonNode node, String file) {
      for (Map.Entry<String, JsonNode> field : node.properties()) {
        String key = prefix + field.getKey();
        JsonNode value = field.getValue();
        if (value.isObject()) {
          flatten(key + ".", value, file);
        } else if (value.isArray()) {
          faults.add(file + ": " + key + " is a list; expected one value");
        } else if (!value.isNull() && !value.asText().isBlank()) {
          known(key, value.asText(), file);
        }
      }
    }

    private void known(String key, String value, String origin) {
      if (setting(key).isPresent() || key.startsWith("cloud.")) {
        put(key, value, origin);
      } else {
        faults.add(origin + ": there is no key " + key + hint(key));
      }
    }

    void environment(Map<String, String> environment) {
      variable(environment, "DATABASE_URL", "database.url");
      variable(environment, "LOG_LEVEL", LOG_LEVEL);
      Map<String, String> keys = new TreeMap<>();
      Setting.ALL.forEach(setting -> keys.put(setting.variable(), setting.key()));
      CLOUD.forEach(key -> keys.put(PREFIX + key.replace('.', '_').toUpperCase(Locale.ROOT), key));
      for (String name : new TreeMap<>(environment).keySet()) {
        if (!name.startsWith(PREFIX)
            || NOT_SETTINGS.contains(name)
            || KUBERNETES.matcher(name).matches()
            || (name.startsWith(PREFIX + "CLOUD_") && !keys.containsKey(name))) {
          continue;
        }
        String key = keys.get(name);
        if (key == null) {
          faults.add(name + ": there is no such setting" + hint(name));
        } else {
          variable(environment, name, key);
        }
      }
    }

    /** An empty variable counts as one that is not set. */
    private void variable(Map<String, String> environment, String name, String key) {
      String value = environment.getOrDefault(name, "");
      if (!value.isBlank()) {
        put(key, value.strip(), name);
      }
    }

    Configuration check() {
      Map<String, String> values = new TreeMap<>();
      Map<String, String> sound = new TreeMap<>();
      given.forEach((key, one) -> {
        values.put(key, one.value());
        setting(key).ifPresent(setting -> {
          boolean fits = setting.fits().test(one.value());
          sound.put(key, fits ? one.value() : setting.stand());
          if (!fits) {
            faults.add(one.origin() + ": " + key + " " + told(key, one.value()) + "; expected "
                + setting.wanted());
          }
        });
      });
      together(sound);
      if (!faults.isEmpty()) {
        throw new SettingsException(faults);
      }
      String level = values.getOrDefault(LOG_LEVEL, "warn").toLowerCase(Locale.ROOT);
      values.remove(LOG_LEVEL);
      return new Configuration(values, level.equals("warning") ? "warn" : level);
    }

    /** Values that are fine alone and wrong together. */
    private void together(Map<String, String> sound) {
      try {
        OptimizerSettings.of(sound);
      } catch (SettingsException e) {
        for (String fault : e.faults()) {
          String origin = given.entrySet().stream()
              .filter(
                  one -> fault.startsWith(one.getKey().substring(0, one.getKey().indexOf('.'))))
              .map(one -> one.getValue().origin())
              .distinct()
              .reduce((one, other) -> one + ", " + other)
              .map(text -> text + ": ")
              .orElse("");
          faults.add(origin + fault);
        }
      }
    }
  }

  private static Optional<Setting> setting(String key) {
    return Setting.ALL.stream().filter(setting -> setting.key().equals(key)).findFirst();
  }

  /** An address may hold a password, and where, nobody knows if it has no known form. */
  private static String told(String key, String value) {
    return key.equals("database.url") ? "cannot be used" : "is \"" + value + "\"";
  }

  private static String hint(String unknown) {
    boolean variable = unknown.startsWith(PREFIX);
    List<String> names = Setting.ALL.stream()
        .map(setting -> variable ? setting.variable() : setting.key())
        .toList();
    String end = unknown.substring(unknown.lastIndexOf('.') + 1);
    return names.stream()
        .filter(name -> distance(name, unknown) <= 3 || (!variable && name.endsWith("." + end)))
        .findFirst()
        .map(name -> "; did you mean " + name + "?")
        .orElse("; known are " + String.join(", ", names) + (variable ? "" : " and cloud.*"));
  }

  /** Levenshtein's distance. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(change, 1 + Math.min(row[j - 1], row[j]));
      }
    }
    return row[b.length()];
  }
}
