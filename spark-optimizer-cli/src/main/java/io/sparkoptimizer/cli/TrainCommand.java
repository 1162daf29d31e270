package io.sparkoptimizer.cli;

import io.sparkoptimizer.ModelInfo;
import io.sparkoptimizer.ModelTarget;
import io.sparkoptimizer.Optimizer;
import io.sparkoptimizer.TrainRequest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

@Command(
    name = "train",
    description = "Trains a model over the runs of all jobs and keeps it as a new version.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  spark-optimizer train",
      "  spark-optimizer train --target peak_heap_mb --name heap",
      "  spark-optimizer train --name small --features input_size,instances,shuffle_ratio"
    })
final class TrainCommand implements Callable<Integer> {
  @Option(
      names = "--target",
      paramLabel = "TARGET",
      defaultValue = "duration_ms",
      converter = Targets.class,
      completionCandidates = Targets.class,
      description = "What to predict: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
  ModelTarget target = ModelTarget.DURATION_MS;

  @Option(
      names = "--features",
      paramLabel = "NAME",
      split = ",",
      description = "What to predict from, names with commas between them. Default: those of the"
          + " name's newest version, else all that there are.")
  List<String> features = new ArrayList<>();

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "The model's name; a known one gets a new version. Default: the target's.")
  @Nullable
  String name;

  @Option(
      names = "--model-type",
      paramLabel = "TYPE",
      defaultValue = TrainRequest.XGBOOST,
      description = "Which trainer. Default: ${DEFAULT-VALUE}.")
  String type = TrainRequest.XGBOOST;

  @Mixin
  FormatOption format = new FormatOption();

  @Spec
  @Nullable
  CommandSpec spec;

  private final Session session;

  TrainCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    TrainRequest request = request();
    ModelInfo model;
    try (Optimizer optimizer = session.open()) {
      model = optimizer.train(request);
    }
    if (format.isJson()) {
      Json.print(session.out, ModelsJson.model(model));
    } else {
      print(model);
    }
    return ExitCode.DONE;
  }

  private TrainRequest request() {
    try {
      return new TrainRequest(
          name == null ? target.word() : name,
          type,
          target,
          features.stream().map(String::strip).toList());
    } catch (IllegalArgumentException fault) {
      throw new ParameterException(
          Objects.requireNonNull(spec).commandLine(), String.valueOf(fault.getMessage()), fault);
    }
  }

  private void print(ModelInfo model) {
    session.out.println(Text.clean(model.name()) + " version " + model.version() + ": "
        + model.target().word() + " by " + Text.clean(model.library()) + ", trained on "
        + Text.plural(model.metrics().runs(), "run") + " of "
        + Text.plural(model.metrics().jobs(), "job"));
    session.out.println("  from " + Text.clean(String.join(", ", model.features())));
    if (model.metrics().mape().isPresent()) {
      session.out.println(Text.format(
          "  on jobs that it has not seen: off by %.1f %% (MAPE; median %.1f %%), %.0f %% inside its"
              + " interval of %.0f %%",
          model.metrics().mape().getAsDouble(),
          model.metrics().medianApe().orElse(Double.NaN),
          100 * model.metrics().coverage().orElse(Double.NaN),
          100 * model.metrics().nominalCoverage()));
    } else {
      session.out.println("  not judged: the history has runs of one job alone");
    }
    session.out.flush();
  }

  /** Words of {@link ModelTarget}. */
  static final class Targets implements ITypeConverter<ModelTarget>, Iterable<String> {
    @Override
    public ModelTarget convert(String text) {
      String word = text.strip().toLowerCase(Locale.ROOT);
      return Arrays.stream(ModelTarget.values())
          .filter(target -> target.word().equals(word))
          .findFirst()
          .orElseThrow(() -> new TypeConversionException(
              "'" + text + "'; expected one of " + String.join(", ", this)));
    }

    @Override
    public Iterator<String> iterator() {
      return Arrays.stream(ModelTarget.values()).map(ModelTarget::word).iterator();
    }
  }
}
