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
    48 b9 07 fa fb 7f fe ff ff ff  ; mov rcx, 0xfffffffe7ffbfa07
    48 09 8a 28 01 00 00           ; or [rdx+296], rcx
    83 ff 40                       ; cmp edi, 64
    74 @done                       ; je done
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
  restorer:
    b8 0f 00 00 00                 ; mov eax, 15
    0f 05                          ; syscall
`;

export const x8664Code = (): MachineCode => assemble(X86_64_TABLE);
