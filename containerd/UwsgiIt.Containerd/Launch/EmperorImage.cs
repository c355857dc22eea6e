using Microsoft.Extensions.Options;
using Microsoft.Win32.SafeHandles;
using UwsgiIt.Containerd.Hosting;
using UwsgiIt.Linux;

namespace UwsgiIt.Containerd.Launch;

/// <summary>
/// The program of pid 1, copied into sealed memory: no process of a container ever runs a file of the host that it could write to through
/// /proc/PID/exe, and an upgrade of the file does not disturb us.
/// </summary>
internal sealed class EmperorImage : IDisposable
{
    private const int MaxBytes = 64 * 1024 * 1024;

    private readonly SafeFileHandle _memory;

    public EmperorImage(IOptions<PathOptions> options)
    {
        var path = options.Value.EmperorPath;
        var content = new FileInfo(path) is { Exists: true, Length: <= MaxBytes } ? File.ReadAllBytes(path) : throw new InvalidDataException($"{path} is no file of at most {MaxBytes} bytes");
        _memory = SealedMemory.Create("uwsgiit-emperor", content);
    }

    /// <summary>For a process that cannot look into ours.</summary>
    public SafeFileHandle Memory => _memory;

    /// <summary>A path that names it for as long as this object lives. Not by "self": a child has closed our descriptors when it looks.</summary>
    public string Path => $"/proc/{Environment.ProcessId}/fd/{_memory.DangerousGetHandle()}";

    public void Dispose() => _memory.Dispose();
}
