package io.sparkoptimizer.sparktests.jobs;

import static java.nio.file.StandardOpenOption.DELETE_ON_CLOSE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/**
 * Dies in one chosen way: {@code Deaths KIND [ARGUMENT]}. One of four tasks dies where its first
 * attempt runs, so that an executor goes and the job succeeds with others; {@code always-KIND} dies in
 * every attempt, and {@code driver-KIND} in the driver.
 */
public final class Deaths {
  private static final int MIB = 1 << 20;

  /** What no collector may take. */
  private static final List<Object> KEPT = new ArrayList<>();

  private Deaths() {}

  public static void main(String[] args) {
    SparkSession spark = SparkSession.builder().getOrCreate();
    String kind = args[0];
    String argument = args.length > 1 ? args[1] : "";
    try (JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext())) {
      // A stage that goes well, so that there is an executor, and figures of it.
      context.parallelize(List.of(1, 2, 3, 4), 4).map(Deaths::little).count();
      if (kind.equals("idle")) {
        Thread.sleep(Long.parseLong(argument));
      } else if (kind.startsWith("driver-")) {
        die(kind.substring("driver-".length()), argument);
      } else {
        boolean always = kind.startsWith("always-");
        String how = always ? kind.substring("always-".length()) : kind;
        context
            .parallelize(List.of(1, 2, 3, 4), 4)
            .map(number -> {
              TaskContext task = TaskContext.get();
              if (task.partitionId() == 1
                  && (always || (task.attemptNumber() == 0 && task.stageAttemptNumber() == 0))) {
                die(how, argument);
              }
              return little(number);
            })
            .count();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static int little(int number) throws InterruptedException {
    Thread.sleep(300); // so that heartbeats fall into it
    return number;
  }

  private static void die(String kind, String argument) {
    switch (kind) {
      case "heap" -> heap();
      case "array" -> System.out.println(new byte[Integer.MAX_VALUE].length);
      case "direct" -> direct(Long.parseLong(argument));
      case "addresses" -> addresses(Long.parseLong(argument));
      case "metaspace" -> classes();
      case "exit" -> Runtime.getRuntime().halt(Integer.parseInt(argument));
      case "signal" -> signal(argument);
      case "message" -> throw new IllegalStateException(argument);
      default -> throw new IllegalArgumentException("no such death: " + kind);
    }
  }

  private static void heap() {
    while (true) {
      KEPT.add(new byte[MIB]);
    }
  }

  private static void direct(long mebibytes) {
    for (long i = 0; i < mebibytes; i++) {
      KEPT.add(ByteBuffer.allocateDirect(MIB));
      pause(1);
    }
    pause(60_000);
  }

  /** Takes addresses and no memory, for a minute. */
  private static void addresses(long mebibytes) {
    try {
      Path file = Files.createTempFile("addresses", "");
      try (FileChannel channel = FileChannel.open(file, READ, WRITE, DELETE_ON_CLOSE)) {
        for (long i = 0; i < mebibytes; i += 1024) {
          KEPT.add(channel.map(FileChannel.MapMode.READ_WRITE, i * MIB, 1024L * MIB));
        }
        pause(60_000);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("no addresses", e);
    }
  }

  private static void classes() {
    while (true) {
      ClassLoader loader = new URLClassLoader(new URL[0], Deaths.class.getClassLoader());
      KEPT.add(Proxy.newProxyInstance(
          loader, new Class<?>[] {Runnable.class}, (proxy, method, arguments) -> null));
      KEPT.add(loader);
    }
  }

  private static void signal(String name) {
    try {
      new ProcessBuilder(
              "kill", "-" + name, String.valueOf(ProcessHandle.current().pid()))
          .start();
    } catch (IOException e) {
      throw new IllegalStateException("cannot send " + name, e);
    }
    pause(60_000);
  }

  private static void pause(long ms) {
    try {
      Thread.sleep(ms);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
