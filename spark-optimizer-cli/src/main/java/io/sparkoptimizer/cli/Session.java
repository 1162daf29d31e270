package io.sparkoptimizer.cli;

import io.sparkoptimizer.Optimizer;
import io.sparkoptimizer.OptimizerBuilder;
import io.sparkoptimizer.OptimizerSettings;
import io.sparkoptimizer.SkippedInput;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a command works with: streams, settings, the optimizer. */
final class Session {
  final PrintWriter out;
  final PrintWriter err;
  private final Surroundings around;
  private final SparkOptimizerCommand options;
  private @Nullable Configuration loaded;

  Session(Surroundings around, SparkOptimizerCommand options, PrintWriter out, PrintWriter err) {
    this.around = around;
    this.options = options;
    this.out = out;
    this.err = err;
  }

  /** An optimizer of the configured database. */
  Optimizer open() {
    return open(configuration());
  }

  /** An optimizer of the database at this address, whatever is configured. */
  Optimizer open(String databaseUrl) {
    Configuration configuration = configuration();
    Map<String, String> values = new TreeMap<>(configuration.values());
    values.put("database.url", databaseUrl);
    return open(new Configuration(values, configuration.logLevel()));
  }

  private Optimizer open(Configuration configuration) {
    return around.optimizers().apply(builder(configuration));
  }

  /** An optimizer that only reads and computes: no database is opened, none is made. */
  Optimizer openWithoutHistory() {
    return around.optimizers().apply(builder(configuration()).repository(new NoHistory()));
  }

  /** An optimizer whose history is gone when it closes: no database is opened, none is made. */
  Optimizer openInMemory() {
    return around.optimizers().apply(builder(configuration()).setting("repository", "in-memory"));
  }

  private OptimizerBuilder builder(Configuration configuration) {
    return Optimizer.builder().settings(configuration.values());
  }

  private Configuration configuration() {
    Configuration configuration = loaded;
    if (configuration == null) {
      configuration = load();
      loaded = configuration;
    }
    return configuration;
  }

  private Configuration load() {
    Map<String, String> arguments = new TreeMap<>();
    if (options.dbUrl != null) {
      arguments.put("database.url", options.dbUrl);
    }
    if (options.verbose) {
      arguments.put("log.level", "debug");
    } else if (options.quiet) {
      arguments.put("log.level", "error");
    }
    Configuration configuration = Configuration.load(
        options.config, around.environment(), around.workingDirectory(), around.home(), arguments);
    // Read by slf4j-simple when the first logger is made, which is after this.
    System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", configuration.logLevel());
    return configuration;
  }

  /** What the user typed to start it. */
  String command() {
    return around.command();
  }

  /** Of all costs. */
  String currency() {
    return OptimizerSettings.of(configuration().values()).prices().currency();
  }

  @Nullable
  String dbUrl() {
    return options.dbUrl;
  }

  Path home() {
    return around.home();
  }

  /** Root of the checkout, where the launcher said so. */
  @Nullable
  String installation() {
    return around.installation() == null
        ? around.environment().get("SPARK_OPTIMIZER_HOME")
        : around.installation();
  }

  boolean showsProgress() {
    return around.stderrTerminal() && !options.quiet;
  }

  /** A remark for people, on stderr. */
  void remark(String text) {
    if (!options.quiet) {
      err.println(text);
    }
  }

  /** Names every skipped input on stderr. */
  void tellSkipped(List<SkippedInput> skipped) {
    for (SkippedInput input : skipped) {
      err.println("skipped " + Text.clean(input.path()) + ": " + Text.clean(input.reason()));
    }
  }
}
