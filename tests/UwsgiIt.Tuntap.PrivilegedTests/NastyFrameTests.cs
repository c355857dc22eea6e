using UwsgiIt.Network.Firewall;
using UwsgiIt.NetworkLab;

namespace UwsgiIt.Tuntap.PrivilegedTests;

/// <summary>What scapy and tcpreplay can send from inside a container; each frame is dropped for the right cause and counted once.</summary>
public sealed class NastyFrameTests : IDisposable
{
    private readonly TuntapPlane _plane = new(Requirements.Program, workers: 2);
    private Lab? _lab;

    [SkippableFact]
    public void Frames_ByScapy_AreDroppedForTheirCause()
    {
        var lab = Start();
        Skip.IfNot(File.Exists("/usr/lib/python3/dist-packages/scapy/__init__.py"), "scapy is not installed (package python3-scapy)");
        var (one, two) = (lab[30001], lab[30002]);
        var sent = Command.Run(one.Space, "/usr/bin/python3", Path.Combine(AppContext.BaseDirectory, "NastyFrames.py"), LabContainer.Device, one.V4, one.V6, two.V4, two.V6)
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => line.Split(' ')).ToDictionary(static words => words[0], static words => long.Parse(words[1], System.Globalization.CultureInfo.InvariantCulture));
        DropCause[] causes = [DropCause.Malformed, DropCause.UnknownVersion, DropCause.SourceRoute, DropCause.Fragment, DropCause.Spoofed];
        Eventually.True(() => Received() >= 4, "the four good packets at the end");
        Assert.Equal(
            sent.OrderBy(static pair => pair.Key).Select(static pair => $"{pair.Key} {pair.Value}"),
            causes.Select(cause => $"{Diagnostics.TuntapMetrics.NameOf(cause)} {_plane.Drops(cause)}").Order());
    }

    /// <summary>A recorded file played at full speed: all of it is judged, the router lives.</summary>
    [SkippableFact]
    public void Recording_ByTcpreplay_IsDropped()
    {
        var lab = Start();
        Skip.IfNot(File.Exists("/usr/bin/tcpreplay"), "tcpreplay is not installed (package tcpreplay)");
        var file = Path.Combine(Path.GetTempPath(), $"uwsgiit-{Guid.NewGuid():N}.pcap");
        try
        {
            WriteRecording(file);
            Command.Run(lab[30001].Space, "tcpreplay", "--topspeed", "--loop=20", "-i", LabContainer.Device, file);
            
            // The device's own queue of 500 is all that surely gets through at full speed.
            Eventually.True(() => Enum.GetValues<DropCause>().Where(static cause => cause != DropCause.None).Sum(_plane.Drops) >= 400, "the frames are counted");
            Assert.False(_plane.Process!.HasExited);
        }
        finally
        {
            File.Delete(file);
        }
    }

    public void Dispose()
    {
        _lab?.Dispose();
        _plane.Dispose();
    }

    private Lab Start()
    {
        Requirements.Check();
        _lab = new Lab(_plane);
        _lab.Add(new ContainerPolicy { Uid = 30001, Links = [30002] });
        _lab.Add(new ContainerPolicy { Uid = 30002, Links = [30001] });
        return _lab;
    }

    private long Received() => System.Text.Json.JsonDocument.Parse(_plane.Ask("/v1/network/30002")).RootElement.GetProperty("packets_to").GetInt64();

    // A file of pcap(5) with link type RAW: random bytes, some of which begin like a packet.
    private static void WriteRecording(string path)
    {
        using var writer = new BinaryWriter(File.Create(path));
        writer.Write(0xa1b2c3d4);
        writer.Write(0x00040002);
        writer.Write(0L);
        writer.Write(65_535);
        writer.Write(101);
        var random = new Random(1);
        for (var i = 0; i < 100; i++)
        {
            var frame = new byte[random.Next(20, 1_400)];
            random.NextBytes(frame);
            frame[0] = random.Next(3) switch { 0 => 0x45, 1 => 0x60, _ => frame[0] };
            writer.Write(0L);
            writer.Write(frame.Length);
            writer.Write(frame.Length);
            writer.Write(frame);
        }
    }
}
