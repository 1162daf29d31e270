package io.sparkoptimizer.core.eventlog;

import io.sparkoptimizer.spark.CachedRdd;
import java.util.BitSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What executors keep beside their work, while a log is read: persisted RDDs, and broadcasts. By default
 * a log names the RDDs of each stage and their storage level, and no block.
 */
final class BlockState {
  private static final Pattern BLOCK =
      Pattern.compile("(rdd|broadcast)_(\\d{1,9})_(?:piece)?(\\d{1,9})");

  /** An index beyond is no partition's; a set of bits up to it would be the log's to choose. */
  private static final int MAX_INDEX = 10_000_000;

  /** Broadcasts of which pieces may still come. */
  private static final int OPEN_BROADCASTS = 1000;

  private final TreeMap<Integer, Rdd> rdds = new TreeMap<>();
  /** RDDs that a stage has computed, so that later ones find them cached. */
  private final Set<Integer> computed = new HashSet<>();

  private final Map<Integer, Blocks> broadcasts = new LinkedHashMap<>();
  private long largestBroadcast = -1;

  /** Distinct blocks of one RDD or broadcast, each as it was first stored. */
  private static final class Blocks {
    private final BitSet seen = new BitSet();
    private long memoryBytes;
    private long diskBytes;

    void add(int index, JsonTree sizes) {
      long memory = Math.max(0, sizes.number("Memory Size").orElse(0));
      long disk = Math.max(0, sizes.number("Disk Size").orElse(0));
      if (memory + disk > 0 && !seen.get(index)) {
        seen.set(index);
        memoryBytes += memory;
        diskBytes += disk;
      }
    }
  }

  private static final class Rdd {
    private String name = "";
    private String level = "";
    private int partitions;
    private int cachedPartitions;
    private long memoryBytes;
    private long diskBytes;
    private final Blocks blocks = new Blocks();
  }

  /** Whether a stage that begins reads an RDD that is persisted, and was computed before. */
  boolean readsCache(JsonTree stageInfo) {
    boolean reads = false;
    for (JsonTree info : persisted(stageInfo)) {
      describe(info);
      reads |= computed.contains(info.count("RDD ID").orElse(-1));
    }
    return reads;
  }

  /** Takes a stage that completed; one that ran a few partitions alone, as show() does, computed no RDD. */
  void computed(JsonTree stageInfo) {
    if (isPartial(stageInfo)) {
      return;
    }
    for (JsonTree info : persisted(stageInfo)) {
      describe(info);
      info.count("RDD ID").ifPresent(computed::add);
    }
  }

  /** Whether it has fewer tasks than its own RDD, the newest that it lists, has partitions. */
  private static boolean isPartial(JsonTree stageInfo) {
    int newest = -1;
    int partitions = 0;
    for (JsonTree info : stageInfo.objects("RDD Info")) {
      int id = info.count("RDD ID").orElse(-1);
      if (id > newest) {
        newest = id;
        partitions = info.count("Number of Partitions").orElse(0);
      }
    }
    // A retry has the tasks that are missing.
    return stageInfo.count("Stage Attempt ID").orElse(0) == 0
        && stageInfo.count("Number of Tasks").orElse(Integer.MAX_VALUE) < partitions;
  }

  void unpersisted(JsonTree event) {
    event.count("RDD ID").ifPresent(computed::remove);
  }

  private static List<JsonTree> persisted(JsonTree stageInfo) {
    return stageInfo.objects("RDD Info").stream()
        .filter(info -> !level(info.object("Storage Level")).isEmpty())
        .toList();
  }

  private void describe(JsonTree info) {
    OptionalInt id = info.count("RDD ID");
    if (id.isEmpty()) {
      return;
    }
    Rdd rdd = rdds.computeIfAbsent(id.getAsInt(), key -> new Rdd());
    rdd.name = firstLine(Redaction.text(info.text("Name", rdd.name)));
    rdd.level = level(info.object("Storage Level"));
    rdd.partitions = info.count("Number of Partitions").orElse(rdd.partitions);
    // Spark 1.x and 2.0 count here; later these are always zero.
    rdd.cachedPartitions =
        Math.max(rdd.cachedPartitions, info.count("Number of Cached Partitions").orElse(0));
    rdd.memoryBytes = Math.max(rdd.memoryBytes, info.number("Memory Size").orElse(0));
    rdd.diskBytes = Math.max(rdd.diskBytes, info.number("Disk Size").orElse(0));
  }

  /** A cached table's RDD is named with its whole plan. */
  private static String firstLine(String text) {
    int end = text.indexOf('\n');
    return text.substring(0, Math.min(end < 0 ? text.length() : end, 200));
  }

  /** Spark's name of a storage level; empty where nothing is stored. */
  private static String level(JsonTree level) {
    boolean memory = level.flag("Use Memory");
    boolean disk = level.flag("Use Disk");
    if (level.flag("Use Off Heap")
        || level.flag("Use ExternalBlockStore")
        || level.flag("Use Tachyon")) {
      return "OFF_HEAP";
    }
    if (!memory && !disk) {
      return "";
    }
    int copies = level.count("Replication").orElse(1);
    return (memory ? disk ? "MEMORY_AND_DISK" : "MEMORY_ONLY" : "DISK_ONLY")
        + (memory && !level.flag("Deserialized") ? "_SER" : "")
        + (copies > 1 ? "_" + copies : "");
  }

  void blockUpdated(JsonTree event) {
    JsonTree info = event.object("Block Updated Info");
    stored(info, info);
  }

  /**
   * @param block has its id
   * @param sizes has its sizes
   */
  void stored(JsonTree block, JsonTree sizes) {
    Matcher id = BLOCK.matcher(block.text("Block ID", ""));
    if (!id.matches() || Integer.parseInt(id.group(3)) > MAX_INDEX) {
      return;
    }
    int owner = Integer.parseInt(id.group(2));
    int index = Integer.parseInt(id.group(3));
    if (id.group(1).equals("rdd")) {
      Rdd rdd = rdds.get(owner);
      if (rdd != null) {
        rdd.blocks.add(index, sizes);
      }
      return;
    }
    if (!broadcasts.containsKey(owner) && broadcasts.size() >= OPEN_BROADCASTS) {
      broadcasts.remove(broadcasts.keySet().iterator().next());
    }
    Blocks pieces = broadcasts.computeIfAbsent(owner, key -> new Blocks());
    pieces.add(index, sizes);
    if (!pieces.seen.isEmpty()) {
      largestBroadcast = Math.max(largestBroadcast, pieces.memoryBytes + pieces.diskBytes);
    }
  }

  /** Serialized bytes of the largest broadcast whose blocks were logged. */
  OptionalLong largestBroadcast() {
    return largestBroadcast < 0 ? OptionalLong.empty() : OptionalLong.of(largestBroadcast);
  }

  List<CachedRdd> cachedRdds() {
    return rdds.entrySet().stream()
        .map(entry -> cachedRdd(entry.getKey(), entry.getValue()))
        .toList();
  }

  private static CachedRdd cachedRdd(int id, Rdd rdd) {
    int counted = Math.max(rdd.cachedPartitions, rdd.blocks.seen.cardinality());
    boolean known = counted > 0;
    return new CachedRdd(
        id,
        rdd.name,
        rdd.level,
        rdd.partitions,
        known ? OptionalInt.of(counted) : OptionalInt.empty(),
        known
            ? OptionalLong.of(Math.max(rdd.memoryBytes, rdd.blocks.memoryBytes))
            : OptionalLong.empty(),
        known
            ? OptionalLong.of(Math.max(rdd.diskBytes, rdd.blocks.diskBytes))
            : OptionalLong.empty());
  }
}
