package io.sparkoptimizer.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Properties;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command itself and the options that every command takes, before or after its name. */
@Command(
    name = "spark-optimizer",
    synopsisSubcommandLabel = "COMMAND",
    description =
        "Says what the next run of a Spark application should be given, from what its runs"
            + " really did.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  spark-optimizer quickstart",
      "  spark-optimizer collect --event-log-dir /var/log/spark",
      "  spark-optimizer recommend --job nightly-sales --input-size 50GB",
      "",
      "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 done with some inputs skipped, 4 no answer."
    })
final class SparkOptimizerCommand implements Callable<Integer> {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description = "YAML settings; otherwise $$SPARK_OPTIMIZER_CONFIG, ./spark-optimizer.yaml or"
          + " ~/.spark-optimizer/config.yaml.")
  @Nullable
  Path config;

  @Option(
      names = "--db-url",
      paramLabel = "URL",
      scope = ScopeType.INHERIT,
      description = "Where runs are kept: sqlite:///relative.db, sqlite:////absolute.db,"
          + " postgresql://user:password@host/db, mysql://..., or a jdbc: URL.")
  @Nullable
  String dbUrl;

  @Option(
      names = {"-v", "--verbose"},
      scope = ScopeType.INHERIT,
      description = "Log more, and show where a failure came from.")
  boolean verbose;

  @Option(
      names = {"-q", "--quiet"},
      scope = ScopeType.INHERIT,
      description = "No progress and no warnings; answers, skipped inputs and errors only.")
  boolean quiet;

  @Spec
  @Nullable
  CommandSpec spec;

  @Override
  public Integer call() {
    throw new ParameterException(
        java.util.Objects.requireNonNull(spec).commandLine(),
        "no command given; expected one of "
            + String.join(", ", spec.commandLine().getSubcommands().keySet()));
  }

  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      Properties build = new Properties();
      try (InputStream in = Version.class.getResourceAsStream("build.properties")) {
        build.load(in);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return new String[] {"spark-optimizer " + build.getProperty("version")};
    }
  }
}
