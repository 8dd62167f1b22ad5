package com.google.cloud.sql.postgres;

import java.sql.DriverManager;

/** Logs in with each URL of its arguments through pgjdbc, and writes a line for each. */
public final class JdbcDriver {
  public static void main(String[] urls) {
    for (String url : urls) {
      System.out.println(resultOf(url));
    }
    System.exit(0);
  }

  private static String resultOf(String url) {
    try (var connection = DriverManager.getConnection(url);
        var rows = connection.createStatement().executeQuery("SELECT current_user, current_database()")) {
      rows.next();
      return rows.getString(1) + " " + rows.getString(2);
    } catch (Exception error) {
      return "error: " + error.getMessage().replaceAll("\\s+", " ");
    }
  }
}
