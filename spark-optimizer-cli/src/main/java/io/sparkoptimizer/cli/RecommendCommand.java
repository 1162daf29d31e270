package io.sparkoptimizer.cli;

import io.sparkoptimizer.DataSize;
import io.sparkoptimizer.JobProfile;
import io.sparkoptimizer.JobType;
import io.sparkoptimizer.Optimizer;
import io.sparkoptimizer.Platform;
import io.sparkoptimizer.Priority;
import io.sparkoptimizer.Recommendation;
import io.sparkoptimizer.Verdict;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
    name = "recommend",
    description = "Says what the next run of a job should be given.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  spark-optimizer recommend --job nightly-sales --input-size 50GB --sla 30m",
      "  spark-optimizer recommend --like application_1718000000000_0042 --input-scale 1.5",
      "  spark-optimizer recommend --job nightly-sales --format json | jq -r .num_executors",
      "  args=$(spark-optimizer recommend --job nightly-sales --format spark-submit-args) &&",
      "    eval \"spark-submit $args app.jar\"",
      "",
      "Without an answer (infeasible, abstain) the exit code is 4 and nothing can be submitted."
    })
final class RecommendCommand implements Callable<Integer> {
  @Option(
      names = "--job",
      paramLabel = "NAME_OR_SIGNATURE",
      description = "The job: its application name or job signature.")
  @Nullable
  String job;

  @Option(
      names = "--like",
      paramLabel = "APP_ID",
      description = "The job of which this was a run, instead of --job.")
  @Nullable
  String like;

  @Option(
      names = "--input-size",
      paramLabel = "SIZE",
      converter = Converters.Size.class,
      description = "How much data there will be: 50GB, 1.5TiB.")
  @Nullable
  DataSize inputSize;

  @Option(
      names = "--input-scale",
      paramLabel = "X",
      converter = Converters.Positive.class,
      description = "How much data there will be, as a multiple of the newest run's.")
  @Nullable
  Double inputScale;

  @Option(
      names = "--job-type",
      paramLabel = "TYPE",
      converter = Converters.JobTypes.class,
      completionCandidates = Converters.JobTypes.class,
      description = "What kind of work: ${COMPLETION-CANDIDATES}.")
  @Nullable
  JobType jobType;

  @Option(
      names = "--parameter",
      paramLabel = "K=V",
      description =
          "A word or number that describes the work; may be repeated. Runs that were submitted"
              + " with spark.sparkoptimizer.parameter.K=V answer.")
  Map<String, String> parameters = Map.of();

  @Option(
      names = "--priority",
      paramLabel = "PRIORITY",
      defaultValue = "balanced",
      converter = Converters.Priorities.class,
      completionCandidates = Converters.Priorities.class,
      description = "${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
  Priority priority = Priority.BALANCED;

  @Option(
      names = "--sla",
      paramLabel = "MINUTES",
      converter = Converters.Time.class,
      description = "How long the run may take: minutes, or 90s, 15m, 1h30m.")
  @Nullable
  Duration sla;

  @Option(
      names = "--budget",
      paramLabel = "MONEY",
      converter = Converters.Positive.class,
      description = "What the run may cost, in the configured currency.")
  @Nullable
  Double budget;

  @Option(
      names = "--platform",
      paramLabel = "PLATFORM",
      converter = Converters.Platforms.class,
      completionCandidates = Converters.Platforms.class,
      description = "Where it runs: ${COMPLETION-CANDIDATES}.")
  @Nullable
  Platform platform;

  @Option(
      names = "--node-type",
      paramLabel = "TYPE",
      description = "The machines that it runs on, in the platform's words.")
  @Nullable
  String nodeType;

  @Option(
      names = "--max-executors",
      paramLabel = "N",
      converter = Converters.Count.class,
      description = "The most executors the platform gives.")
  @Nullable
  Integer maxExecutors;

  @Option(
      names = "--conf",
      paramLabel = "FILE",
      description = "A spark-defaults.conf that the next run has.")
  @Nullable
  Path conf;

  @Option(
      names = "--lock",
      paramLabel = "PROPERTY",
      description = "A Spark property that must stay as it is; may be repeated.")
  List<String> locked = List.of();

  @Option(names = "--method", paramLabel = "NAME", description = "The recommender to ask.")
  @Nullable
  String method;

  @Option(
      names = "--app",
      paramLabel = "JAR_OR_PY",
      defaultValue = "your-application.jar",
      description = "The application in the spark-submit command. Default: ${DEFAULT-VALUE}.")
  String app = "your-application.jar";

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      defaultValue = "table",
      converter = Converters.RecommendFormats.class,
      completionCandidates = Converters.RecommendFormats.class,
      description = "${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
  OutputFormat format = OutputFormat.TABLE;

  @Spec
  @Nullable
  CommandSpec spec;

  private final Session session;

  RecommendCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    JobProfile profile = profile();
    Recommendation answer;
    try (Optimizer optimizer = session.open()) {
      answer = optimizer.recommend(profile);
    }
    boolean answered = answer.verdict() == Verdict.CHANGE || answer.verdict() == Verdict.KEEP;
    if (format == OutputFormat.JSON) {
      Json.print(session.out, RecommendationJson.document(answer));
    } else if (!answered) {
      RecommendationText.refuse(session.err, answer);
    } else {
      print(answer);
    }
    return answered ? ExitCode.DONE : ExitCode.NO_ANSWER;
  }

  private void print(Recommendation answer) {
    Optional<Platform> where = Optional.ofNullable(platform);
    switch (format) {
      case SPARK_SUBMIT -> session.out.println(SparkSubmit.command(answer.sparkConf(), where, app));
      case SPARK_SUBMIT_ARGS ->
        session.out.println(String.join(" ", SparkSubmit.options(answer.sparkConf(), where)));
      case SPARK_DEFAULTS ->
        answer
            .sparkConf()
            .forEach((key, value) -> session.out.println(SparkProperties.line(key, value)));
      default -> RecommendationText.print(session.out, subject(), answer);
    }
    session.out.flush();
  }

  private String subject() {
    if (job != null) {
      return Text.clean(job);
    }
    return like == null ? "a new job" : "the job of " + Text.clean(like);
  }

  private JobProfile profile() {
    if (job != null && like != null) {
      throw wrong("--job and --like exclude each other");
    }
    if (inputSize != null && inputScale != null) {
      throw wrong("--input-size and --input-scale exclude each other");
    }
    JobProfile.Builder profile = JobProfile.builder().priority(priority);
    given(job, profile::job);
    given(like, profile::like);
    given(inputSize, profile::inputSize);
    given(inputScale, profile::inputScale);
    given(jobType, profile::jobType);
    given(sla, profile::sla);
    given(budget, profile::budget);
    given(platform, profile::platform);
    given(nodeType, profile::nodeType);
    given(maxExecutors, profile::maxExecutors);
    given(method, profile::method);
    given(conf, file -> profile.configuration(configuration(file)));
    try {
      parameters.forEach(profile::parameter);
    } catch (IllegalArgumentException e) {
      throw wrong("--parameter: " + e.getMessage());
    }
    locked.forEach(profile::lock);
    return profile.build();
  }

  private static <T> void given(@Nullable T value, java.util.function.Consumer<T> set) {
    if (value != null) {
      set.accept(value);
    }
  }

  private Map<String, String> configuration(Path file) {
    try {
      return SparkProperties.read(
          file,
          key -> session.remark(
              "--conf " + file + ": " + Text.clean(key) + " is no Spark property; left out"));
    } catch (NoSuchFileException e) {
      throw wrong("--conf " + file + ": no such file");
    } catch (IOException | IllegalArgumentException e) {
      throw wrong("--conf " + file + ": cannot be read: " + e.getMessage());
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(Objects.requireNonNull(spec).commandLine(), message);
  }
}
