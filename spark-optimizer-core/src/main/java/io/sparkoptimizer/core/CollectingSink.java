package io.sparkoptimizer.core;

import io.sparkoptimizer.CollectionReport;
import io.sparkoptimizer.CollectionRequest;
import io.sparkoptimizer.SkippedInput;
import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spi.Collector;
import io.sparkoptimizer.spi.InputStamp;
import io.sparkoptimizer.spi.Repository;
import java.util.ArrayList;
import java.util.List;

/**
 * Takes what a collector finds and saves it in batches, each in one transaction. What was saved is
 * known the next time, so a collection that stopped is taken up again by running it once more: at
 * most one batch is read twice, and saving a run again changes nothing.
 */
final class CollectingSink implements Collector.Sink {
  private final CollectionRequest request;
  private final Repository repository;
  private final CollectionRequest.Progress progress;
  private final List<Repository.CollectedRun> batch = new ArrayList<>();
  private final List<SkippedInput> skipped = new ArrayList<>();
  private long expected;
  private long done;
  private long processed;
  private long added;
  private long updated;
  private long known;

  CollectingSink(
      CollectionRequest request, Repository repository, CollectionRequest.Progress progress) {
    this.request = request;
    this.repository = repository;
    this.progress = progress;
  }

  @Override
  public void expect(long inputs) {
    expected = inputs;
    progress.update(done, expected);
  }

  @Override
  public boolean isKnown(InputStamp input) {
    boolean isKnown = repository.isKnown(request.sourceName(), input);
    if (isKnown) {
      known++;
      oneMore();
    }
    return isKnown;
  }

  @Override
  public void accept(ApplicationRun run, InputStamp input) {
    ApplicationRun named = run.toBuilder().sourceName(request.sourceName()).build();
    batch.add(new Repository.CollectedRun(named, input));
    if (batch.size() >= request.batchSize()) {
      flush();
    }
    oneMore();
  }

  @Override
  public void skip(SkippedInput input) {
    skipped.add(input);
    oneMore();
  }

  private void oneMore() {
    done++;
    progress.update(done, expected);
  }

  /** Saves what is gathered; also when the thread is interrupted, which stays so. */
  void flush() {
    if (batch.isEmpty()) {
      return;
    }
    // A database driver may refuse to work, or close its file, on an interrupted thread.
    boolean interrupted = Thread.interrupted();
    try {
      Repository.SaveResult result = repository.save(batch);
      processed += batch.size();
      added += result.added();
      updated += result.updated();
      batch.clear();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  CollectionReport report() {
    return new CollectionReport(processed, added, updated, known, skipped);
  }
}
