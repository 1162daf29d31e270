package io.sparkoptimizer.cli;

import io.sparkoptimizer.ModelInfo;
import io.sparkoptimizer.Optimizer;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
    name = "models",
    description = "Lists trained models, the newest version of each name first.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  spark-optimizer models",
      "  spark-optimizer models --format json | jq '.models[0].metrics.mape'"
    })
final class ModelsCommand implements Callable<Integer> {
  @Mixin
  FormatOption format = new FormatOption();

  private final Session session;

  ModelsCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    List<ModelInfo> models;
    try (Optimizer optimizer = session.open()) {
      models = optimizer.models();
    }
    if (format.isJson()) {
      Json.print(session.out, ModelsJson.document(models));
    } else {
      print(models);
    }
    return ExitCode.DONE;
  }

  private void print(List<ModelInfo> models) {
    if (models.isEmpty()) {
      session.out.println("no models");
      session.remark("'spark-optimizer train' makes one from the recorded runs");
    } else {
      Table table = new Table(
          "<Model",
          ">Version",
          "<Target",
          "<Trained (UTC)",
          ">Runs",
          ">Jobs",
          ">MAPE",
          ">Coverage",
          ">Features");
      for (ModelInfo model : models) {
        table.row(
            Text.cut(model.name(), 40),
            Integer.toString(model.version()),
            model.target().word(),
            Text.time(OptionalLong.of(model.createdMs())),
            Text.count(model.metrics().runs()),
            Text.count(model.metrics().jobs()),
            percent(model.metrics().mape(), 1),
            percent(model.metrics().coverage(), 100),
            Integer.toString(model.features().size()));
      }
      table.print(session.out, "");
    }
    session.out.flush();
  }

  private static String percent(OptionalDouble value, double factor) {
    return value.isPresent() ? Text.format("%.1f %%", factor * value.getAsDouble()) : Text.UNKNOWN;
  }
}
