using System.Text;
using System.Text.Json;
using UwsgiIt.Containerd.Contracts;
using UwsgiIt.Linux;

namespace UwsgiIt.Emperor.Setup;

/// <summary>The line to the daemon while a container starts: it says when to go on, and hears what came of it.</summary>
internal sealed class StageReport : IDisposable
{
    private readonly PacketSocket _socket = PacketSocket.Adopt(StartDescription.ReportDescriptor, "report");
    private string _step = "begin";

    /// <summary>Names what is done next, for the daemon to hear if it fails.</summary>
    public void Step(string name) => _step = name;

    public void WaitForGo() => StageInput.WaitForGo(_socket);

    public void Say(string word) => _socket.Send(Encoding.UTF8.GetBytes(word));

    /// <summary>Does it all; false: the daemon was told why not.</summary>
    public bool Try(Action steps)
    {
        try
        {
            steps();
            return true;
        }
        catch (Exception e) when (e is IOException or JsonException or UnauthorizedAccessException or ArgumentException or InvalidOperationException)
        {
            try
            {
                Say($"{_step}: {e.Message}");
            }
            catch (LinuxException)
            {
                // The daemon is gone; whoever comes next finds our cgroup and removes it.
            }

            return false;
        }
    }

    public void Dispose() => _socket.Dispose();
}
