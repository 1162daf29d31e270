package io.sparkoptimizer;

import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * What a core-hour and a GiB-hour of a container cost.
 *
 * @param perCoreHour price of one core for one hour
 * @param perGbHour price of one GiB of container memory for one hour
 * @param currency ISO 4217, as {@code USD}
 * @param source where the price is from
 * @param date the day it was valid; null where the user did not say
 */
public record Prices(
    double perCoreHour,
    double perGbHour,
    String currency,
    String source,
    @Nullable LocalDate date) {
  public Prices {
    if (!(perCoreHour >= 0) || !(perGbHour >= 0)) {
      throw new IllegalArgumentException(
          "prices are 0 or more, were " + perCoreHour + " and " + perGbHour);
    }
  }

  /**
   * The default until a price is configured: general-purpose serverless Spark, list price of one
   * large cloud region (EMR Serverless, us-east-1, x86, 0.052624 USD a vCPU-hour and 0.0057785 USD a
   * GB-hour).
   */
  public static final Prices DEFAULT = new Prices(
      0.052624,
      0.0057785,
      "USD",
      "default: EMR Serverless us-east-1 x86 list price",
      LocalDate.of(2025, 1, 1));

  public double cost(double coreHours, double gbHours) {
    return coreHours * perCoreHour + gbHours * perGbHour;
  }
}
