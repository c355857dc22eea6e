using System.Net;
using Microsoft.Extensions.Options;

namespace UwsgiIt.Containerd.Hosting;

/// <summary>Binds the control socket, 0600 in a directory of root's, and the admin endpoint.</summary>
internal static class KestrelSetup
{
    public static void UseControlKestrel(this IWebHostBuilder web) => web.UseKestrel((_, kestrel) =>
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = 1024 * 1024;
        var path = SocketPath(kestrel.ApplicationServices.GetRequiredService<IOptions<PathOptions>>().Value);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Delete(path);
        kestrel.ListenUnixSocket(path);
        if (kestrel.ApplicationServices.GetRequiredService<IOptions<AdminOptions>>().Value.Address is { Length: > 0 } address)
        {
            kestrel.Listen(IPEndPoint.Parse(address));
        }
    });

    public static string SocketPath(PathOptions options) => options.RuntimeDirectory + "/containerd.sock";
}
