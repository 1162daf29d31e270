package io.sparkoptimizer.jdbc;

import io.sparkoptimizer.spark.ApplicationRun;
import io.sparkoptimizer.spark.QualityIssue;
import io.sparkoptimizer.spark.RunId;
import io.sparkoptimizer.spark.RunStatus;
import io.sparkoptimizer.spi.Repository.CollectedRun;
import io.sparkoptimizer.spi.Repository.KnownInput;
import io.sparkoptimizer.spi.Repository.SaveResult;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/**
 * What a batch changes. The rows that share an application id with it are read once; then the rules
 * of identity and collision are played through in memory, and what came of it is written in JDBC
 * batches. To be called in one writing transaction.
 */
final class RunSaving {
  /** A complete record is worth more than an incomplete one, then more events are, then an end is. */
  private static final Comparator<Kept> BY_WORTH = Comparator.<Kept, Boolean>comparing(
          kept -> kept.complete)
      .thenComparing(kept -> kept.events)
      .thenComparing(kept -> kept.ended);

  private RunSaving() {}

  static SaveResult save(DSLContext context, List<CollectedRun> batch) {
    Map<String, Kept> kept = kept(context, batch);
    int added = 0;
    int updated = 0;
    for (CollectedRun collected : batch) {
      Kept candidate = new Kept(collected.run());
      Kept former = kept.putIfAbsent(candidate.identity, candidate);
      if (former == null) {
        added++;
      } else if (BY_WORTH.compare(candidate, former) > 0) {
        updated++;
        candidate.row = former.row;
        kept.put(candidate.identity, candidate);
      }
    }
    Collection<Kept> toMark = markCollisions(kept.values());
    List<Kept> toWrite = kept.values().stream().filter(one -> one.run != null).toList();
    RunTables.delete(
        context,
        toWrite.stream().filter(one -> one.row != 0).map(one -> one.row).toList());
    List<ApplicationRun> runs = new ArrayList<>();
    toWrite.forEach(one -> runs.add(Objects.requireNonNull(one.run)));
    RunTables.insert(context, runs);
    for (Kept one : toMark) {
      context
          .update(RunTables.APPLICATIONS)
          .set(RunTables.ISSUES, one.issues)
          .where(RunTables.ID.eq(one.row))
          .execute();
    }
    rememberInputs(context, batch);
    return new SaveResult(added, updated, batch.size() - added - updated);
  }

  /** A run as it is in the database, or as it will be. */
  private static final class Kept {
    final RunId id;
    final String identity;
    final boolean complete;
    final long events;
    final boolean ended;
    final String issues;
    /** What is to be written; null where the database holds it already. */
    @Nullable
    ApplicationRun run;
    /** The row that it has, or takes the place of; 0 for none. */
    long row;

    Kept(ApplicationRun run) {
      this.id = run.id();
      this.identity = RunTables.identity(id);
      this.complete = run.quality().complete();
      this.events = run.quality().eventsRead() + run.quality().eventsSkipped();
      this.ended = run.status() != RunStatus.RUNNING;
      this.issues = RecordColumns.words(run.quality().issues());
      this.run = run;
    }

    private Kept(Kept stored, String issues) {
      this.id = stored.id;
      this.identity = stored.identity;
      this.complete = stored.complete;
      this.events = stored.events;
      this.ended = stored.ended;
      this.issues = issues;
      this.row = stored.row;
    }
  }

  private static Map<String, Kept> kept(DSLContext context, List<CollectedRun> batch) {
    Map<String, Kept> kept = new LinkedHashMap<>();
    List<Long> appIds = batch.stream()
        .map(collected -> Text.hash(collected.run().id().appId()))
        .distinct()
        .toList();
    for (List<Long> some : RunTables.chunks(appIds)) {
      RunTables.stored(context, some).forEach((row, run) -> {
        Kept one = new Kept(run);
        one.run = null;
        one.row = row;
        kept.put(one.identity, one);
      });
    }
    return kept;
  }

  /** Marks the runs to be written that share an attempt with another; answers the stored ones. */
  private static Collection<Kept> markCollisions(Collection<Kept> kept) {
    Map<List<String>, List<Kept>> attempts = new HashMap<>();
    for (Kept one : kept) {
      RunId id = one.id;
      attempts
          .computeIfAbsent(
              List.of(id.sourceName(), id.appId(), id.attemptId()), key -> new ArrayList<>())
          .add(one);
    }
    String word = Words.of(QualityIssue.ID_COLLISION);
    List<Kept> stored = new ArrayList<>();
    for (List<Kept> attempt : attempts.values()) {
      for (Kept one : attempt.size() > 1 ? attempt : List.<Kept>of()) {
        if (one.run != null) {
          one.run = one.run.toBuilder()
              .quality(one.run.quality().with(QualityIssue.ID_COLLISION))
              .build();
        } else if (!Arrays.asList(one.issues.split(",", -1)).contains(word)) {
          stored.add(new Kept(one, one.issues.isEmpty() ? word : one.issues + "," + word));
        }
      }
    }
    return stored;
  }

  private static void rememberInputs(DSLContext context, List<CollectedRun> batch) {
    Map<String, List<KnownInput>> bySource = new LinkedHashMap<>();
    for (CollectedRun collected : batch) {
      if (collected.run().status() != RunStatus.RUNNING) {
        bySource
            .computeIfAbsent(collected.run().sourceName(), key -> new ArrayList<>())
            .add(new KnownInput(collected.input(), null));
      }
    }
    bySource.forEach((sourceName, inputs) -> Inputs.remember(context, sourceName, inputs));
  }
}
