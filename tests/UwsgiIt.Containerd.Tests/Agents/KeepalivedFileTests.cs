using System.Diagnostics;
using System.Net.NetworkInformation;
using UwsgiIt.Api.Contracts;
using UwsgiIt.Containerd.Agents;
using UwsgiIt.Tests.Common;

namespace UwsgiIt.Containerd.Tests.Agents;

public sealed class KeepalivedFileTests
{
    private const string Program = "/usr/sbin/keepalived";

    [Fact]
    public void Legions_OfTheApi_AreWhatKeepalivedReads()
    {
        Assert.Equal("""
            # Made of the api's legions by uwsgiit-containerd; what is changed here is lost.
            vrrp_instance uwsgiit_300 {
                state BACKUP
                interface eth0
                virtual_router_id 45
                priority 253
                advert_int 1
                unicast_peer {
                    192.0.2.2
                }
                authentication {
                    auth_type PASS
                    auth_pass 2bb80d53
                }
                virtual_ipaddress {
                    198.51.100.1
                    198.51.100.2
                }
                virtual_ipaddress_excluded {
                    2001:db8::1
                }
            }
            static_ipaddress {
                203.0.113.7 dev eth0
            }

            """, KeepalivedFile.Of(State, "eth0"));
    }

    [Fact]
    public void Text_OfTheApi_GetsNowhere()
    {
        var evil = State with { Legions = [State.Legions[0] with { Name = "}\nnotify /bin/sh", Address = "1.2.3.4 }\nglobal_defs {", Key = "k }", Members = ["192.0.2.2\n}"], Floating = ["203.0.113.9\n", "fe80::1%eth0"] }], Floating = ["x"] };
        Assert.Equal("# Made of the api's legions by uwsgiit-containerd; what is changed here is lost.\n", KeepalivedFile.Of(evil, "eth0"));
    }

    [SkippableFact]
    public async Task File_IsTakenByKeepalivedItself()
    {
        Skip.IfNot(File.Exists(Program), "keepalived is not installed");
        var card = NetworkInterface.GetAllNetworkInterfaces().FirstOrDefault(static card => card.NetworkInterfaceType != NetworkInterfaceType.Loopback);
        Skip.If(card is null, "there is no network interface, and keepalived looks for the one that is named");
        using var folder = new TempDirectory();
        await File.WriteAllTextAsync(folder.File("keepalived.conf"), KeepalivedFile.Of(State, card.Name));
        using var process = Process.Start(new ProcessStartInfo(Program, ["--config-test", "--use-file", folder.File("keepalived.conf")]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var problems = await process.StandardError.ReadToEndAsync() + await output;
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, problems);
    }

    private static HostContainers State => new()
    {
        Version = 1,
        Server = 1,
        ServerName = "one",
        Confirmed = false,
        Containers = [],
        Loopboxes = [],
        Portmaps = [],
        Services = [],
        Legions = [new HostLegion { Id = 300, Name = "front", Address = "198.51.100.1", Floating = ["198.51.100.2", "2001:db8::1"], Key = "secret", Quorum = 1, Weight = 9999, Priority = 253, Members = ["192.0.2.2", "2001:db8::2"] }],
        Floating = ["203.0.113.7"],
        Servers = [],
        CollectedFiles = [],
    };
}
