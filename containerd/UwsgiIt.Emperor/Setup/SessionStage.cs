using System.Globalization;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using UwsgiIt.Containerd.Contracts;
using UwsgiIt.Linux;
using UwsgiIt.Linux.Isolation;

namespace UwsgiIt.Emperor.Setup;

/// <summary>
/// A program of the customer's inside a running container: this process joins it, gives up everything, starts the program and stays outside its
/// pid namespace to tell the client how it ended. The daemon is not needed once it said "go".
/// </summary>
internal static class SessionStage
{
    private const NamespaceKinds Kinds = NamespaceKinds.Mount | NamespaceKinds.Pid | NamespaceKinds.Ipc | NamespaceKinds.HostName | NamespaceKinds.Network | NamespaceKinds.Cgroup;
    private const int SigHup = 1;
    private const int SigKill = 9;
    private const int HangUpMilliseconds = 5000;
    private const long Ended = 1;
    private const long ClientGone = 2;

    public static int Run()
    {
        using var client = PacketSocket.Adopt(SessionDescription.ClientDescriptor, "client");
        try
        {
            ThreadCredentials.SetUndumpable();
            var description = StageInput.Read(ContainerJson.Default.SessionDescription);
            using (var report = PacketSocket.Adopt(StartDescription.ReportDescriptor, "report"))
            {
                StageInput.WaitForGo(report);
            }

            return Run(description, client);
        }
        catch (Exception e) when (e is IOException or JsonException or ArgumentException or InvalidOperationException or UnauthorizedAccessException)
        {
            Answer(client, new SessionAnswer { Fault = e.Message });
            return 70;
        }
    }

    private static int Run(SessionDescription description, PacketSocket client)
    {
        // 1. Root, the host's files; we are in the container's cgroup already.
        OomScore.TrySet(OomScore.Customer);
        using var init = Pidfd.Adopt(new SafeFileHandle(SessionDescription.ProcessDescriptor, ownsHandle: true), 1);
        Namespaces.Enter(init, Kinds);
        ThreadCredentials.JoinNewKeyring();
        ProcessLimits.Set(description.OpenFiles);

        // 2. Root, the container's files. The terminal is the container's own, its other side found by descriptor and not by name.
        using var terminal = description.Request.Terminal ? Terminal.Open(description.Uid, (description.IdBase ?? 0) + Terminal.Group, description.Request.Rows, description.Request.Columns) : null;

        // 3. Root, with the customer's eyes for files. The program gives up everything on its way, and so do we once it is.
        ThreadCredentials.UseFilesAs(description.Uid, description.Uid);
        var streams = terminal is null ? StageInput.TakeStreams() : [terminal.Slave, terminal.Slave, terminal.Slave];
        using var process = SessionProgram.Of(description).Start(description, init, streams, terminal is not null);
        var accounting = terminal is null ? null : UserAccounting.Begin(RecordOf(description, terminal.Number));
        Rights.BecomeCustomer(description.Uid, description.Is32Bit);
        foreach (var stream in streams)
        {
            stream.Dispose();
        }

        client.Send(JsonSerializer.SerializeToUtf8Bytes(new SessionAnswer { Started = true }, ContainerJson.Default.SessionAnswer), terminal is null ? [] : [terminal.Master]);
        terminal?.Dispose();
        var code = WaitFor(process, client);
        accounting?.End();
        return code;
    }

    /// <summary>From where, as sshd says it: the client's address is its first word.</summary>
    private static UserRecord RecordOf(SessionDescription description, int terminal)
    {
        var number = terminal.ToString(CultureInfo.InvariantCulture);
        var host = description.Request.Environment.TryGetValue("SSH_CLIENT", out var client) ? client.Split(' ')[0] : "";
        return new UserRecord("pts/" + number, description.Uid.ToString(CultureInfo.InvariantCulture), host, SessionLeader.Of(terminal), DateTimeOffset.UtcNow);
    }

    private static int WaitFor(Pidfd process, PacketSocket client)
    {
        using var poll = new DescriptorPoll();
        poll.Add(process.Handle, Ended);
        poll.Add(client.Handle, ClientGone);
        var patience = -1;
        while (true)
        {
            var ready = poll.Wait(patience);
            if (ready.Contains(Ended))
            {
                var code = process.TryReap() ?? 0;
                Answer(client, new SessionAnswer { ExitCode = code });
                return code;
            }

            // The client says nothing more once it asked: this is its end. No timer: a thread that joined a pid namespace can start no other.
            SessionGroup.HangUp(process.ProcessId, patience < 0 ? SigHup : SigKill);
            poll.Remove(client.Handle);
            patience = HangUpMilliseconds;
        }
    }

    private static void Answer(PacketSocket client, SessionAnswer answer)
    {
        try
        {
            client.Send(JsonSerializer.SerializeToUtf8Bytes(answer, ContainerJson.Default.SessionAnswer));
        }
        catch (LinuxException)
        {
            // The client has gone; nobody wants to know.
        }
    }
}
