using Microsoft.Extensions.Options;
using UwsgiIt.Containerd.Hosting;

namespace UwsgiIt.Containerd.Containers;

/// <summary>One daemon for a state directory: two would start everything twice.</summary>
internal sealed class DaemonLock : IDisposable
{
    private readonly FileStream _file;

    public DaemonLock(IOptions<PathOptions> options)
    {
        var path = options.Value.StateDirectory + "/lock";
        Directory.CreateDirectory(options.Value.StateDirectory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        try
        {
            // Held by the kernel (flock) until this process ends, however it ends.
            _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new IOException($"another daemon works on {options.Value.StateDirectory}: {e.Message}", e);
        }
    }

    public void Dispose() => _file.Dispose();
}
