package io.sparkoptimizer.spark;

import java.util.Locale;
import java.util.regex.Pattern;

/** Why an executor went before the application ended, by what its log says. */
public enum RemovalCause {
  /** Killed for memory, or ended by it: {@link ApplicationRun#memoryFailures} says which. */
  MEMORY(
      "memory limits|(?<!on|exit|crash)out ?of ?memory|oomkilled|oom[- ]kill|(?:code|status):? (?:is )?52\\b"
          + "|exit(?:ed)?[ _-]?(?:code|status)?:? ?(?:is )?-10[34]\\b"),
  /** Taken away by the cluster for others: a spot node, a queue's guarantee. */
  PREEMPTED(
      "preempt|spot instance|spot interruption|exit(?:ed)?[ _-]?(?:code|status)?:? ?(?:is )?-102\\b"),
  /** Sent away in order, its blocks moved. */
  DECOMMISSIONED("decommission(?!: spark scale down)"),
  /** Given back by the driver, as idle ones are under dynamic allocation. */
  RELEASED(
      "killed by driver|idle|spark scale down|explicit termination request|requested by (?:the )?driver"),
  /** No more heard of: its node, its network, or a pause too long for its heartbeat. */
  LOST("lost|timed out|disassociated|unreachable|heartbeat"),
  /** Its process ended by itself. */
  EXITED("exit|terminated|completed"),
  UNKNOWN("");

  private final Pattern words;

  RemovalCause(String words) {
    this.words = Pattern.compile(words, Pattern.CASE_INSENSITIVE);
  }

  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The first whose words are in the reason that Spark gave. */
  static RemovalCause of(String reason) {
    for (RemovalCause cause : values()) {
      if (cause.words.matcher(reason).find()) {
        return cause;
      }
    }
    return UNKNOWN;
  }
}
