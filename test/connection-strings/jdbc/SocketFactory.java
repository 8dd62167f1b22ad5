package com.google.cloud.sql.postgres;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Properties;

/**
 * Does what the class of this name in Google's library does with the parameters of a socket: it asks for the instance,
 * adds the socket's name to the folder and connects to that.
 */
public final class SocketFactory extends javax.net.SocketFactory {
  private final Properties parameters;

  public SocketFactory(Properties parameters) {
    if (parameters.getProperty("cloudSqlInstance") == null) {
      throw new IllegalArgumentException("cloudSqlInstance property not set");
    }
    this.parameters = parameters;
  }

  @Override
  public Socket createSocket() throws IOException {
    var path = Path.of(parameters.getProperty("unixSocketPath"), ".s.PGSQL.5432");
    var database = SocketChannel.open(UnixDomainSocketAddress.of(path));
    // java.net has no Socket of this kind: bytes go through a connection of the process with itself.
    try (var server = ServerSocketChannel.open()) {
      server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      var near = new Connected((InetSocketAddress) server.getLocalAddress());
      var far = server.accept();
      pump(far, database);
      pump(database, far);
      return near;
    }
  }

  /** A socket that is connected already, and stays so when the driver connects it. */
  private static final class Connected extends Socket {
    Connected(InetSocketAddress address) throws IOException {
      super.connect(address, 0);
    }

    @Override
    public void connect(SocketAddress ignored, int timeout) {}
  }

  private static void pump(ByteChannel from, ByteChannel to) {
    var thread = new Thread(() -> {
      var bytes = ByteBuffer.allocate(8192);
      try (from; to) {
        while (from.read(bytes.clear()) != -1) {
          bytes.flip();
          while (bytes.hasRemaining()) {
            to.write(bytes);
          }
        }
      } catch (IOException ended) {
        // The other side has closed it.
      }
    });
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public Socket createSocket(String host, int port) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress from, int fromPort) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Socket createSocket(InetAddress host, int port) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Socket createSocket(InetAddress host, int port, InetAddress from, int fromPort) {
    throw new UnsupportedOperationException();
  }
}
