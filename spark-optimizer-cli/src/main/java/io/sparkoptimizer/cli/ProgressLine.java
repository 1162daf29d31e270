package io.sparkoptimizer.cli;

import io.sparkoptimizer.CollectionRequest;
import java.io.PrintWriter;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarConsumer;
import me.tongfei.progressbar.ProgressBarStyle;

/** A progress bar on a terminal's stderr: how far, how fast, and how long still. */
final class ProgressLine implements CollectionRequest.Progress, AutoCloseable {
  private static final int WIDTH = 100;

  private final ProgressBar bar;
  private final long begin = System.nanoTime();

  /**
   * @param task what is done: {@code Collecting}
   * @param unit what is counted: {@code logs}
   */
  ProgressLine(PrintWriter err, String task, String unit) {
    bar = new ProgressBarBuilder()
        .setTaskName(task)
        .setUnit(" " + unit, 1)
        .setStyle(ProgressBarStyle.ASCII)
        .setInitialMax(-1) // not known yet
        .showSpeed(new DecimalFormat("0", DecimalFormatSymbols.getInstance(Locale.ROOT)))
        .setConsumer(new Line(err))
        .build();
  }

  @Override
  public void update(long done, long expected) {
    if (expected > 0) {
      bar.maxHint(expected);
    }
    bar.stepTo(done);
  }

  @Override
  public void read(long bytes) {
    double seconds = (System.nanoTime() - begin) / 1e9;
    bar.setExtraMessage(String.format(Locale.ROOT, "%.1f MB/s", bytes / 1e6 / seconds));
  }

  @Override
  public void close() {
    bar.close();
  }

  private record Line(PrintWriter err) implements ProgressBarConsumer {
    @Override
    public int getMaxRenderedLength() {
      return WIDTH;
    }

    @Override
    public void accept(String rendered) {
      err.print('\r' + rendered);
      err.flush();
    }

    @Override
    public void close() {
      err.println();
      err.flush();
    }
  }
}
