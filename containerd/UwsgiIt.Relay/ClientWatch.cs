using Microsoft.Win32.SafeHandles;
using UwsgiIt.Linux;

namespace UwsgiIt.Relay;

/// <summary>
/// Ends us when nobody is left who could read what the program says: sshd closes its ends and tells nothing. With us goes our connection, and with
/// that the program.
/// </summary>
internal static class ClientWatch
{
    private const int HangUp = 128 + 1;

    /// <summary>Watches our standard output: a pipe without reader, or a socket whose other side has closed.</summary>
    public static void Start() => new Thread(Run) { IsBackground = true, Name = "client" }.Start();

    private static void Run()
    {
        try
        {
            using var poll = new DescriptorPoll();
            using var output = new SafeFileHandle(1, ownsHandle: false);
            poll.Add(output, 1, priority: true);
            while (!poll.Wait().Contains(1))
            {
                // Interrupted.
            }

            Environment.Exit(HangUp);
        }
        catch (LinuxException)
        {
            // A file, which epoll does not take and which never goes away.
        }
    }
}
