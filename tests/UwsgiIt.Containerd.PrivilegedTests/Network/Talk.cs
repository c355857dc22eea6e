namespace UwsgiIt.Containerd.PrivilegedTests.Network;

/// <summary>What containers' customers try on the network, from inside.</summary>
internal static class Talk
{
    public const int Port = 8000;

    private const string Server = "import http.server; http.server.test(http.server.SimpleHTTPRequestHandler, port=8000, bind='0.0.0.0')";

    private const string Client = """
        import socket, sys, time
        how, address = sys.argv[1], sys.argv[2]
        end = time.time() + float(sys.argv[3])
        while True:
            try:
                if how == 'http':
                    s = socket.create_connection((address, 8000), 1)
                    s.sendall(b'GET / HTTP/1.0\r\n\r\n')
                    print(s.recv(15).decode())
                elif how == 'ping':
                    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP)
                    s.settimeout(1)
                    s.sendto(b'\x08\x00\x00\x00\x00\x00\x00\x01hello', (address, 0))
                    print('type', s.recv(100)[0])
                else:
                    print(socket.gethostbyname(address))
                break
            except OSError as e:
                if time.time() > end:
                    print('no', e)
                    break
                time.sleep(0.1)
        """;

    /// <summary>A web server in a container, until it is disposed of.</summary>
    public static UwsgiIt.Router.FunctionalTests.ChildProcess Serve(ContainerHost host, uint uid) => host.Enter(uid, "python3", "-c", Server);

    /// <summary>Expects an answer within a generous time.</summary>
    public static async Task ExpectAsync(ContainerHost host, uint uid, string how, string address, string answer = "HTTP/1.0 200 OK")
    {
        var (_, output) = await host.ExecuteAsync(uid, 120, "python3", "-c", Client, how, address, "60");
        Assert.Equal(answer, output.Trim());
    }

    /// <summary>Expects none. What would come, comes in milliseconds.</summary>
    public static async Task RefuseAsync(ContainerHost host, uint uid, string how, string address)
    {
        var (_, output) = await host.ExecuteAsync(uid, 120, "python3", "-c", Client, how, address, "0");
        Assert.StartsWith("no ", output, StringComparison.Ordinal);
    }
}
