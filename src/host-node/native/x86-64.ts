/**
 * Host calls and signals on x86-64. Called by System V's convention; Linux takes a call's number in rax, arguments in
 * rdi, rsi, rdx, r10, r8, r9, and spoils rax, rcx, r11. Offsets off rbx and r8 are the window's (window.ts), off rdx
 * the ucontext's: uc_stack 16, rip 168, uc_sigmask 296.
 */
import { assemble, type MachineCode } from './machine-code.ts';

export const X86_64_TABLE = `
  call:
    53                             ; push rbx
    f2 48 0f 2c d8                 ; cvttsd2si rbx, xmm0
    48 8b 03                       ; mov rax, [rbx]
    48 8b 7b 08                    ; mov rdi, [rbx+8]
    48 8b 73 10                    ; mov rsi, [rbx+16]
    48 8b 53 18                    ; mov rdx, [rbx+24]
    4c 8b 53 20                    ; mov r10, [rbx+32]
    4c 8b 43 28                    ; mov r8, [rbx+40]
    4c 8b 4b 30                    ; mov r9, [rbx+48]
    0f 05                          ; syscall
    48 89 43 38                    ; mov [rbx+56], rax
    5b                             ; pop rbx
    c3                             ; ret
  blocking:
    53                             ; push rbx
    f2 48 0f 2c d8                 ; cvttsd2si rbx, xmm0
    48 8b 03                       ; mov rax, [rbx]
    48 8b 7b 08                    ; mov rdi, [rbx+8]
    48 8b 73 10                    ; mov rsi, [rbx+16]
    48 8b 53 18                    ; mov rdx, [rbx+24]
    4c 8b 53 20                    ; mov r10, [rbx+32]
    4c 8b 43 28                    ; mov r8, [rbx+40]
    4c 8b 4b 30                    ; mov r9, [rbx+48]
  look:
    83 7b 40 00                    ; cmp dword ptr [rbx+64], 0
    75 @before                     ; jne before
    0f 05                          ; syscall
  after:
    48 89 43 38                    ; mov [rbx+56], rax
    5b                             ; pop rbx
    c3                             ; ret
  before:
    48 c7 c0 00 fe ff ff           ; mov rax, -512
    eb @after                      ; jmp after
  handler:
    4c 8b 42 10                    ; mov r8, [rdx+16]
    4d 85 c0                       ; test r8, r8
    0f 84 @@stray                  ; je stray
    4d 8b 00                       ; mov r8, [r8]
    41 ba 02 00 00 00              ; mov r10d, 2
    83 ff 40                       ; cmp edi, 64
    74 @raise                      ; je raise
    41 89 78 44                    ; mov [r8+68], edi
    48 8b 8a 28 01 00 00           ; mov rcx, [rdx+296]
    49 89 48 60                    ; mov [r8+96], rcx
    49 0b 48 58                    ; or rcx, [r8+88]
    48 89 8a 28 01 00 00           ; mov [rdx+296], rcx
    49 8d b8 80 00 00 00           ; lea rdi, [r8+128]
    b9 10 00 00 00                 ; mov ecx, 16
    fc                             ; cld
    f3 48 a5                       ; rep movsq
    41 8b 88 88 00 00 00           ; mov ecx, [r8+136]
    81 f9 00 80 ff ff              ; cmp ecx, -32768
    7f @genuine                    ; jg genuine
    81 c1 00 00 01 00              ; add ecx, 65536
    41 89 88 88 00 00 00           ; mov [r8+136], ecx
  genuine:
    41 ba 01 00 00 00              ; mov r10d, 1
  raise:
    f0 45 09 50 40                 ; lock or [r8+64], r10d
    49 8b 48 48                    ; mov rcx, [r8+72]
    48 85 c9                       ; test rcx, rcx
    74 @range                      ; je range
    41 8b 40 50                    ; mov eax, [r8+80]
    f0 09 01                       ; lock or [rcx], eax
  range:
    48 8b 82 a8 00 00 00           ; mov rax, [rdx+168]
    48 8d 0d @@look                ; lea rcx, [rip+look]
    48 39 c8                       ; cmp rax, rcx
    72 @done                       ; jb done
    48 8d 0d @@after               ; lea rcx, [rip+after]
    48 39 c8                       ; cmp rax, rcx
    73 @done                       ; jae done
    48 8d 0d @@before              ; lea rcx, [rip+before]
    48 89 8a a8 00 00 00           ; mov [rdx+168], rcx
  done:
    c3                             ; ret
  stray:
    48 b9 ff ff ff 7f fe ff ff 3f  ; mov rcx, 0x3ffffffe7fffffff
    48 09 8a 28 01 00 00           ; or [rdx+296], rcx
    83 ff 40                       ; cmp edi, 64
    74 @done                       ; je done
    81 6e 08 00 00 01 00           ; sub dword ptr [rsi+8], 65536
    49 89 f1                       ; mov r9, rsi
    41 89 f8                       ; mov r8d, edi
    b8 27 00 00 00                 ; mov eax, 39
    0f 05                          ; syscall
    89 c7                          ; mov edi, eax
    89 c6                          ; mov esi, eax
    44 89 c2                       ; mov edx, r8d
    4d 89 ca                       ; mov r10, r9
    b8 29 01 00 00                 ; mov eax, 297
    0f 05                          ; syscall
    c3                             ; ret
  fault:
    83 7e 08 00                    ; cmp dword ptr [rsi+8], 0
    4c 8b 42 10                    ; mov r8, [rdx+16]
    7f @raised                     ; jg raised
    4d 85 c0                       ; test r8, r8
    74 @stray                      ; je stray
    4d 8b 00                       ; mov r8, [r8]
    41 83 78 44 00                 ; cmp dword ptr [r8+68], 0
    0f 84 @@handler                ; je handler
    eb @stray                      ; jmp stray
  raised:
    83 ff 0b                       ; cmp edi, 11
    75 @deadly                     ; jne deadly
    4d 85 c0                       ; test r8, r8
    74 @deadly                     ; je deadly
    4d 8b 00                       ; mov r8, [r8]
    49 8b 40 68                    ; mov rax, [r8+104]
    48 85 c0                       ; test rax, rax
    74 @deadly                     ; je deadly
    ff e0                          ; jmp rax
  deadly:
    48 83 ec 28                    ; sub rsp, 40
    31 c0                          ; xor eax, eax
    48 89 04 24                    ; mov [rsp], rax
    48 89 44 24 08                 ; mov [rsp+8], rax
    48 89 44 24 10                 ; mov [rsp+16], rax
    48 89 44 24 18                 ; mov [rsp+24], rax
    48 89 e6                       ; mov rsi, rsp
    31 d2                          ; xor edx, edx
    41 ba 08 00 00 00              ; mov r10d, 8
    b8 0d 00 00 00                 ; mov eax, 13
    0f 05                          ; syscall
    48 83 c4 28                    ; add rsp, 40
    c3                             ; ret
  restorer:
    b8 0f 00 00 00                 ; mov eax, 15
    0f 05                          ; syscall
  freeze:
    83 7e 08 b3                    ; cmp dword ptr [rsi+8], -77
    0f 85 @@done                   ; jne done
    4c 8b 46 18                    ; mov r8, [rsi+24]
    49 89 60 08                    ; mov [r8+8], rsp
    64 48 8b 04 25 00 00 00 00     ; mov rax, fs:[0]
    49 89 40 10                    ; mov [r8+16], rax
    49 89 50 28                    ; mov [r8+40], rdx
    b8 01 00 00 00                 ; mov eax, 1
    41 87 00                       ; xchg [r8], eax
    4c 89 c7                       ; mov rdi, r8
    be 01 00 00 00                 ; mov esi, 1
    ba 01 00 00 00                 ; mov edx, 1
    b8 ca 00 00 00                 ; mov eax, 202
    0f 05                          ; syscall
  frozen:
    4c 89 c7                       ; mov rdi, r8
    31 f6                          ; xor esi, esi
    ba 01 00 00 00                 ; mov edx, 1
    45 31 d2                       ; xor r10d, r10d
    b8 ca 00 00 00                 ; mov eax, 202
    0f 05                          ; syscall
    41 83 38 01                    ; cmp dword ptr [r8], 1
    74 @frozen                     ; je frozen
    41 c7 00 04 00 00 00           ; mov dword ptr [r8], 4
    c3                             ; ret
  fork:
    53                             ; push rbx
    55                             ; push rbp
    41 54                          ; push r12
    41 55                          ; push r13
    f2 48 0f 2c d8                 ; cvttsd2si rbx, xmm0
    4c 8d a3 00 01 00 00           ; lea r12, [rbx+256]
    4c 8b 2b                       ; mov r13, [rbx]
  ask:
    4d 85 ed                       ; test r13, r13
    74 @asked                      ; je asked
    4c 89 63 58                    ; mov [rbx+88], r12
    48 8b 7b 08                    ; mov rdi, [rbx+8]
    49 8b 74 24 20                 ; mov rsi, [r12+32]
    ba 3f 00 00 00                 ; mov edx, 63
    4c 8d 53 40                    ; lea r10, [rbx+64]
    b8 29 01 00 00                 ; mov eax, 297
    0f 05                          ; syscall
    85 c0                          ; test eax, eax
    74 @ask_next                   ; je ask_next
    41 c7 04 24 03 00 00 00        ; mov dword ptr [r12], 3
  ask_next:
    49 83 c4 40                    ; add r12, 64
    49 ff cd                       ; dec r13
    eb @ask                        ; jmp ask
  asked:
    4c 8d a3 00 01 00 00           ; lea r12, [rbx+256]
    4c 8b 2b                       ; mov r13, [rbx]
    bd 00 f0 ff ff                 ; mov ebp, -4096
  await:
    4d 85 ed                       ; test r13, r13
    74 @all_frozen                 ; je all_frozen
    41 83 3c 24 00                 ; cmp dword ptr [r12], 0
    75 @await_next                 ; jne await_next
    4c 89 e7                       ; mov rdi, r12
    31 f6                          ; xor esi, esi
    31 d2                          ; xor edx, edx
    4c 8d 53 30                    ; lea r10, [rbx+48]
    b8 ca 00 00 00                 ; mov eax, 202
    0f 05                          ; syscall
    83 f8 92                       ; cmp eax, -110
    75 @await                      ; jne await
    48 8b 7b 08                    ; mov rdi, [rbx+8]
    49 8b 74 24 20                 ; mov rsi, [r12+32]
    31 d2                          ; xor edx, edx
    b8 ea 00 00 00                 ; mov eax, 234
    0f 05                          ; syscall
    85 c0                          ; test eax, eax
    74 @await                      ; je await
    41 c7 04 24 03 00 00 00        ; mov dword ptr [r12], 3
  await_next:
    49 83 c4 40                    ; add r12, 64
    49 ff cd                       ; dec r13
    eb @await                      ; jmp await
  all_frozen:
    4c 8d a3 00 01 00 00           ; lea r12, [rbx+256]
    4c 8b 2b                       ; mov r13, [rbx]
  check:
    4d 85 ed                       ; test r13, r13
    74 @copy                       ; je copy
    41 8b 04 24                    ; mov eax, [r12]
    83 f8 01                       ; cmp eax, 1
    75 @check_next                 ; jne check_next
    41 83 7c 24 04 00              ; cmp dword ptr [r12+4], 0
    75 @check_next                 ; jne check_next
    49 8b 44 24 28                 ; mov rax, [r12+40]
    83 b8 90 00 00 00 fc           ; cmp dword ptr [rax+144], -4
    0f 85 @@thaw                   ; jne thaw
  check_next:
    49 83 c4 40                    ; add r12, 64
    49 ff cd                       ; dec r13
    eb @check                      ; jmp check
  copy:
    48 8b bb c0 00 00 00           ; mov rdi, [rbx+192]
    48 8b b3 c8 00 00 00           ; mov rsi, [rbx+200]
    ba 0b 00 00 00                 ; mov edx, 11
    b8 1c 00 00 00                 ; mov eax, 28
    0f 05                          ; syscall
    48 8b bb d0 00 00 00           ; mov rdi, [rbx+208]
    48 8b b3 d8 00 00 00           ; mov rsi, [rbx+216]
    ba 0b 00 00 00                 ; mov edx, 11
    b8 1c 00 00 00                 ; mov eax, 28
    0f 05                          ; syscall
    48 8b 7b 10                    ; mov rdi, [rbx+16]
    31 f6                          ; xor esi, esi
    31 d2                          ; xor edx, edx
    4c 8b 53 18                    ; mov r10, [rbx+24]
    45 31 c0                       ; xor r8d, r8d
    b8 38 00 00 00                 ; mov eax, 56
    0f 05                          ; syscall
    89 c5                          ; mov ebp, eax
    85 c0                          ; test eax, eax
    75 @thaw                       ; jne thaw
    4c 8d a3 00 01 00 00           ; lea r12, [rbx+256]
    4c 8b 2b                       ; mov r13, [rbx]
  revive:
    4d 85 ed                       ; test r13, r13
    74 @thaw                       ; je thaw
    41 8b 44 24 04                 ; mov eax, [r12+4]
    41 23 04 24                    ; and eax, [r12]
    83 f8 01                       ; cmp eax, 1
    75 @revive_next                ; jne revive_next
    bf 00 0f 2d 00                 ; mov edi, 0x2d0f00
    49 8b 74 24 08                 ; mov rsi, [r12+8]
    31 d2                          ; xor edx, edx
    4d 8b 54 24 18                 ; mov r10, [r12+24]
    4d 8b 44 24 10                 ; mov r8, [r12+16]
    b8 38 00 00 00                 ; mov eax, 56
    0f 05                          ; syscall
    85 c0                          ; test eax, eax
    75 @revive_next                ; jne revive_next
    c3                             ; ret
  revive_next:
    49 83 c4 40                    ; add r12, 64
    49 ff cd                       ; dec r13
    eb @revive                     ; jmp revive
  thaw:
    4c 8d a3 00 01 00 00           ; lea r12, [rbx+256]
    4c 8b 2b                       ; mov r13, [rbx]
  thaw_one:
    4d 85 ed                       ; test r13, r13
    74 @thawed                     ; je thawed
    41 83 3c 24 01                 ; cmp dword ptr [r12], 1
    75 @thaw_next                  ; jne thaw_next
    41 c7 04 24 02 00 00 00        ; mov dword ptr [r12], 2
    4c 89 e7                       ; mov rdi, r12
    be 01 00 00 00                 ; mov esi, 1
    ba 01 00 00 00                 ; mov edx, 1
    b8 ca 00 00 00                 ; mov eax, 202
    0f 05                          ; syscall
  thaw_next:
    49 83 c4 40                    ; add r12, 64
    49 ff cd                       ; dec r13
    eb @thaw_one                   ; jmp thaw_one
  thawed:
    89 e8                          ; mov eax, ebp
    41 5d                          ; pop r13
    41 5c                          ; pop r12
    5d                             ; pop rbp
    5b                             ; pop rbx
    c3                             ; ret
`;

export const x8664Code = (): MachineCode => assemble(X86_64_TABLE);
